#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A value of a column that may be left out at the end.
protocol ColumnValue {
    static var absent: Self { get }
    var isAbsent: Bool { get }
}

extension ColumnValue where Self: FixedWidthInteger {
    static var absent: Self { 0 }
    var isAbsent: Bool { self == 0 }
}

extension UInt32: ColumnValue {}
extension UInt64: ColumnValue {}
extension Int64: ColumnValue {}

extension Bool: ColumnValue {
    static var absent: Bool { false }
    var isAbsent: Bool { !self }
}

extension Data: ColumnValue {
    static var absent: Data { Data() }
    var isAbsent: Bool { isEmpty }
}

extension Array where Element: ColumnValue {
    /// Sets the value of a row, which must come after all that were set; absent values at the end are not written.
    mutating func put(_ value: Element, row: Int) {
        guard !value.isAbsent else { return }
        while count < row { append(.absent) }
        append(value)
    }

    func value(_ row: Int) -> Element {
        row < count ? self[row] : .absent
    }
}

/// Numbers that mostly grow by one, as differences from what is expected.
struct GrowingColumn {
    private(set) var values: [Int64] = []
    private var expected: UInt64 = 0

    mutating func put(_ value: UInt64, row: Int) {
        values.put(Int64(bitPattern: value &- expected), row: row)
        expected = value &+ 1
    }
}

/// Reads what ``GrowingColumn`` wrote, from the first row on, each row once.
struct GrowingReader {
    private let values: [Int64]
    private var row = 0
    private var expected: UInt64 = 0

    init(_ values: [Int64]) { self.values = values }

    mutating func next() -> UInt64 {
        let value = expected &+ UInt64(bitPattern: values.value(row))
        row += 1
        expected = value &+ 1
        return value
    }
}
