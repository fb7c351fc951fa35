import SwarmCore
import Testing

@testable import SwarmWire

@Suite("Columns")
struct ColumnsTests {
    @Test("a steady run takes one value, and the rest is left out")
    func steady() {
        var column = GrowingColumn()
        for row in 0..<1_000 { column.put(UInt64(500 + row), row: row) }
        #expect(column.values == [500])
        var reader = GrowingReader(column.values)
        for row in 0..<1_000 { #expect(reader.next() == UInt64(500 + row)) }
    }

    @Test("any numbers come back")
    func anyNumbers() {
        var generator = SplitMix64(seed: 1)
        let edges: [UInt64] = [0, 1, 2, .max, .max - 1, 1 << 63, 1 << 63 - 1]
        for _ in 0..<500 {
            let numbers = (0..<20).map { _ in
                Bool.random(using: &generator) ? generator.next() : edges.randomElement(using: &generator) ?? 0
            }
            var column = GrowingColumn()
            for (row, number) in numbers.enumerated() { column.put(number, row: row) }
            var reader = GrowingReader(column.values)
            #expect(numbers.map { _ in reader.next() } == numbers)
        }
    }

    @Test("absent values are filled in before a value and left out after the last")
    func absent() {
        var column: [UInt32] = []
        for (row, value) in [0, 0, 7, 0, 9, 0, 0].enumerated() { column.put(UInt32(value), row: row) }
        #expect(column == [0, 0, 7, 0, 9])
        #expect((0..<7).map { column.value($0) } == [0, 0, 7, 0, 9, 0, 0])
    }
}
