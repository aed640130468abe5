/// True when the file is fetched elsewhere, where its bytes can't be seen going by.
func isURL(_ file: String) -> Bool { file.contains("://") }
