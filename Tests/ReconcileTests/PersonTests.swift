import Reconcile
import Testing

struct PersonTests {
    @Test(arguments: [
        ("", "e@lab", "name of a commit's author is empty"), (" . ", "e@lab", "name of a commit's author is empty"),
        ("Eve\nX: 1h", "e@lab", "name of a commit's author holds"), ("Eve\u{1b}[31m", "e@lab", "holds"),
        ("Eve <x>", "e@lab", "holds <, >"), ("Eve", "", "e-mail address of a commit's author is empty"),
        ("Eve", "e@lab>", "e-mail address of a commit's author holds"), ("Eve", "e\u{2028}@lab", "holds"),
    ])
    func `nobody is called what git can't write`(name: String, email: String, says: String) {
        let trouble = Person(name: name, email: email).trouble
        #expect(trouble?.contains(says) == true, "\(trouble ?? "")")
    }

    @Test(arguments: ["Ada", "Ada Lovelace-Byron", "Ågot Ø. Nilsen", "李", "O'Neil, Jr."])
    func `people are called all kinds of names`(name: String) {
        #expect(Person(name: name, email: "a@lab").trouble == nil)
    }
}
