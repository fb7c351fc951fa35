#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

func exitProcess(_ status: Int32) -> Never { exit(status) }

/// A run of hours tells of a failing seed when it has found it, also where its output goes to a file.
func flushOutput() { fflush(nil) }

enum Processors {
    /// How many may run at a time.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
