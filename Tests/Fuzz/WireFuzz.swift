// Entry point of libFuzzer; scripts/fuzz builds and runs it.
import SwarmCore
import SwarmWire

/// Whatever is read must be something that could have been sent, and read again as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var assembler = Assembler()
    _ = try? assembler.accept(bytes, now: Instant(uptime: 0, wall: 0))
    guard let frame = try? WireCodec.decode(bytes) else { return 0 }
    do {
        let again = try WireCodec.decode(WireCodec.encode(frame))
        precondition(again.messages == frame.messages && again.sender == frame.sender, "read as something else")
    } catch {
        preconditionFailure("read, but not to be sent: \(error)")
    }
    return 0
}
