#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

func exitProcess(_ status: Int32) -> Never { exit(status) }

enum Processors {
    /// How many may run at a time.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
