/// Rows in columns, under headings.
struct TextTable {
    private var rows: [[String]]
    /// Columns of numbers.
    private let alignedRight: Set<Int>

    init(_ headings: [String], alignedRight: Set<Int> = []) {
        rows = [headings.map { $0.uppercased() }]
        self.alignedRight = alignedRight
    }

    mutating func add(_ row: [String]) { rows.append(row.map(\.printable)) }

    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return alignedRight.contains(column) ? padding + cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
