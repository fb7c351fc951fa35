import Testing

@testable import Swarm

@Suite struct JSONTests {
    private func fields(_ text: String) throws -> JSONFields { try JSONFields(Array(text.utf8)) }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test func fieldsKeepTheBytesTheyWereWrittenWith() throws {
        let fields = try fields(
            #" { "a" : {"x": [1.50, 12345678901234567890]} , "b":"t\u00e9\ud83d\ude00\n", "c": null } "#)
        #expect(text(fields[raw: "a"]) == #"{"x": [1.50, 12345678901234567890]}"#)
        #expect(try fields.string("b") == "té😀\n")
        #expect(fields[raw: "c"] == nil)
        #expect(fields[raw: "d"] == nil)
        #expect(fields.keys == ["a", "b", "c"])
    }

    @Test func typedFields() throws {
        let fields = try fields(
            #"{"n":-1.5e2,"t":true,"f":false,"l":["a","b"],"o":{"x":"1","y":null},"e":[],"m":[1,{}]}"#)
        #expect(try fields.number("n") == -150)
        #expect(try fields.bool("t") == true)
        #expect(try fields.bool("f") == false)
        #expect(try fields.strings("l") == ["a", "b"])
        #expect(try fields.strings("e") == [])
        #expect(try fields.texts("o") == ["x": "1", "y": nil])
        #expect(try fields.elements("m")?.map { text($0) } == ["1", "{}"])
        #expect(try fields.string("absent") == nil)
    }

    @Test(arguments: ["n", "t", "l", "o"]) func anotherTypeIsRefused(key: String) throws {
        let fields = try fields(#"{"n":1,"t":true,"l":[1],"o":{"x":1},"s":"x"}"#)
        #expect(throws: SwarmError.self) { try fields.string(key) }
        #expect(throws: SwarmError.self) { try fields.number("s") }
        #expect(throws: SwarmError.self) { try fields.bool("n") }
        #expect(throws: SwarmError.self) { try fields.strings("l") }
        #expect(throws: SwarmError.self) { try fields.texts("o") }
    }

    @Test(arguments: [
        "", "[]", "1", "{", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":01}", "{\"a\":1.}",
        "{\"a\":+1}",
        "{\"a\":nul}", "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\u+123\"}",
        "{\"a\":\"\u{01}\"}", "{\"a\":[1 2]}", "{\"a\":\"", "{\"a\":1e}", "{\"a\":-}",
    ])
    func whatIsNotAnObjectIsRefused(text: String) {
        let error = #expect(throws: SwarmError.self) { try fields(text) }
        #expect(error?.code == .decodingFailed)
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: SwarmError.self) { try JSONFields(Array("{\"a\":\"".utf8) + [0xff] + Array("\"}".utf8)) }
    }

    @Test func nestingIsLimited() throws {
        let deep = { (depth: Int) in
            "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        _ = try fields(deep(JSONFields.depthLimit - 1))
        #expect(throws: SwarmError.self) { try fields(deep(JSONFields.depthLimit)) }
        #expect(throws: SwarmError.self) { try fields(deep(1_000_000)) }
    }

    @Test func writtenTextIsReadBack() throws {
        var object = JSONText()
        object.set("a\"b", "line\nquote\" back\\ \u{01} é😀")
        object.set("n", 42)
        object.set("t", true)
        object.set("l", ["x", "y"])
        object.set("m", ["k": "v", "a": "b"])
        object.set("none", String?.none)
        object.set("raw", raw: "[1]".utf8)
        let fields = try JSONFields(object.bytes)
        #expect(try fields.string("a\"b") == "line\nquote\" back\\ \u{01} é😀")
        #expect(try fields.number("n") == 42)
        #expect(try fields.bool("t") == true)
        #expect(try fields.strings("l") == ["x", "y"])
        #expect(text(fields[raw: "m"]) == #"{"a":"b","k":"v"}"#)
        #expect(!fields.keys.contains("none"))
        #expect(text(JSONText().bytes) == "{}")
    }

    @Test func isJSONTellsValues() {
        #expect(isJSON(Array("12".utf8)))
        #expect(isJSON(Array(" \"x\" ".utf8)))
        #expect(!isJSON([]))
        #expect(!isJSON([0xff]))
        #expect(!isJSON(Array("1 2".utf8)))
    }

    @Test func chunksAreBoundedAndTheLastSaysSo() throws {
        let item = [UInt8](repeating: UInt8(ascii: "1"), count: 1_000)
        let chunks = Array(OutsideChunks(items: Array(repeating: item, count: 200)))
        #expect(chunks.count == 4)
        var items = 0
        for (index, chunk) in chunks.enumerated() {
            #expect(chunk.count < 66_000)
            let fields = try JSONFields(chunk)
            items += try fields.elements("items")?.count ?? 0
            #expect(try fields.bool("more") == (index < chunks.count - 1))
            #expect(try fields.number("part") == Double(index))
        }
        #expect(items == 200)
        #expect(Array(OutsideChunks(items: [])).map { text($0) } == [#"{"items":[],"part":0,"more":false}"#])
    }

    @Test func repliesThatAreNotJSONAreGivenInBase64() throws {
        let replies: [([UInt8], String)] = [
            ([0xff], "/w=="), ([0xff, 0x00], "/wA="), ([0xff, 0x00, 0x01], "/wAB"), ([0xff, 0, 1, 2], "/wABAg=="),
        ]
        for (bytes, expected) in replies {
            #expect(try JSONFields(OutsideAnswer.reply(bytes, name: "n")).string("reply_base64") == expected)
        }
        #expect(text(OutsideAnswer.reply(Array("3".utf8), name: "n")) == #"{"name":"n","reply":3}"#)
    }

    @Test func failuresNameTheNameFirst() throws {
        var error = SwarmError(.alreadyRegistered, "taken")
        error.holder = NodeID(name: "b", incarnation: 7)
        let fields = try JSONFields(OutsideAnswer.failure(error, name: "x"))
        #expect(try fields.string("error") == "already_registered")
        #expect(try fields.string("name") == "x")
        #expect(try fields.string("node") == "b")
    }
}
