import CGitTransport
import CLibgit2
import Glibc
import Synchronization

/// libgit2's settings are the process's: made once, before its first use.
///
/// - No configuration outside the mirror is read: a proxy or an `insteadOf` in some home directory must not redirect a
///   daemon. Proxies come from the environment.
/// - Repositories of other users are opened. libgit2 runs no program that a repository names, so reading one harms
///   nobody, and a path remote usually belongs to a git user. The `git` program, which would run hooks, keeps its check.
/// - Objects and refs are synced: a mirror with empty objects after a power cut could only be cloned anew.
private let library: Int32 = {
    _ = userHome
    let version = git_libgit2_init()
    for level in [
        GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
    ] {
        cgit_set_config_path(level.rawValue, "")
    }
    cgit_set_owner_validation(false)
    cgit_set_fsync(true)
    cgit_register_stream()
    return version
}()

/// To be called before the first handle is made.
func startLibrary() throws(GitError) {
    try check("start libgit2", library)
}

/// The home directory that this process was started with; nil when it has none.
let userHome: String? = getenv("HOME").map { String(cString: $0) }

/// Where libgit2 looks for `.ssh/known_hosts` instead: made at the first connection by ssh, removed at exit.
private let home: String = {
    let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return "\(temporary)/bootlatch-\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
}()

/// Which types of host key libgit2 asks servers for. A server has several keys and shows the one it is asked for;
/// libgit2 asks for the type that it finds in its home's known_hosts, and for ecdsa otherwise. So that file gets, for
/// each host, the line that we will check against. It only orders what is asked for: the verdict is not libgit2's.
enum HostKeys {
    private static let lines = Mutex<[String: String]>([:])

    static func prefer(_ line: String, for host: String) {
        lines.withLock { lines in
            guard lines[host] != line else { return }
            if lines.isEmpty {
                mkdir(home, 0o700)
                atexit(removeHome)
                cgit_set_home(home)
            }
            lines[host] = line
            mkdir("\(home)/.ssh", 0o700)
            // Renamed into place, so that a connection being made reads the old lines or the new.
            writeText(lines.values.joined(), to: "\(home)/.ssh/new")
            rename("\(home)/.ssh/new", "\(home)/.ssh/known_hosts")
        }
    }
}

private func removeHome() {
    unlink("\(home)/.ssh/known_hosts")
    rmdir("\(home)/.ssh")
    rmdir(home)
}
