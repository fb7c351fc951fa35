/// Divides items into answers of bounded size, as they are asked for: `{"items":[...],"part":0,"more":true}`, the last with
/// `false`. At least one, which may be empty.
struct OutsideChunks<Items: Sequence>: Sequence where Items.Element == [UInt8] {
    let items: Items
    /// The items of one answer have about so many bytes.
    var size = 64 << 10

    func makeIterator() -> Iterator { Iterator(items: items.makeIterator(), size: size) }

    struct Iterator: IteratorProtocol {
        var items: Items.Iterator
        let size: Int
        private var following: [UInt8]?
        private var part = 0
        private var isOver = false

        init(items: Items.Iterator, size: Int) {
            self.items = items
            self.size = size
            following = self.items.next()
        }

        mutating func next() -> [UInt8]? {
            guard !isOver else { return nil }
            var chunk: [[UInt8]] = []
            var bytes = 0
            while let item = following, chunk.isEmpty || bytes + item.count <= size {
                chunk.append(item)
                bytes += item.count + 1
                following = items.next()
            }
            isOver = following == nil
            defer { part += 1 }
            return OutsideAnswer.chunk(chunk, part: part, more: !isOver)
        }
    }
}
