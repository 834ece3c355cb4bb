// What the build recorded, replayed: `swift test`, or Xcode. No runtime is needed; where one is linked, RuntimeTests.swift runs the
// model, too.

import Foundation
import XCTest

@testable import @TYPE@

final class GoldenTests: XCTestCase {
    func testTheModelIsTheFileThatWasBuilt() throws {
        let data = try Data(contentsOf: @TYPE@.modelURL)
        XCTAssertEqual(sha256([UInt8](data)), @TYPE@.sha256)
        XCTAssertEqual(@TYPE@.facts.sha256, @TYPE@.sha256)
    }

    func testLabelsAreThoseOfTheFacts() throws {
        let url = @TYPE@.modelURL.deletingLastPathComponent().appendingPathComponent("@NAME@_labels.txt")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
        if !@TYPE@.labels.isEmpty { XCTAssertEqual(lines, @TYPE@.labels) }
    }

    func testPreprocessingGivesTheBytesOfTheBuild() throws {
        let cases = try golden()["cases"] as! [[String: Any]]
        XCTAssertFalse(cases.isEmpty)
        for row in cases {
            let picture = try Picture(
                width: row["columns"] as! Int, height: row["rows"] as! Int, channels: @TYPE@.facts.contract.sourceChannels,
                bytes: try bytes(row["rgb"] as! String))
            XCTAssertEqual(try @TYPE@.prepare(picture), try bytes(row["pixels"] as! String), "case \(row["name"]!)")
        }
    }

    func testFramesOfACameraGiveTheBytesOfTheBuild() throws {
        for row in try json("frames.json")["frames"] as! [[String: Any]] {
            XCTAssertEqual(sha256(try @TYPE@.prepare(frame(row))), row["sha256"] as? String, "\(row["order"]!) \(rotation)")
        }
    }

    func testDecisionsAreThoseOfTheBuild() throws {
        let answers = try answers(), vectors = try golden()["vectors"] as! [[String: Any]]
        for (row, known) in zip(vectors, answers["vectors"] as! [[String: Any]]) {
            for (kernels, output) in row["outputs"] as! [String: String] {
                let given = unhex(output).map { $0 ^ 0x80 }
                try check(given, known[kernels] as! [String: Any], "\(row["name"]!), \(kernels)")
            }
        }
        for (n, row) in (answers["more"] as! [[String: Any]]).enumerated() {
            try check(unhex(row["bytes"] as! String), row["answer"] as! [String: Any], "output \(n)")
        }
    }

    func testNumbersBesideThePictureBecomeTheBytesOfTheBuild() throws {
        for row in try answers()["numbers"] as! [[Any]] {
            let values = row.dropFirst().map { ($0 as! NSNumber).doubleValue }
            XCTAssertEqual(try @TYPE@.numbers(values).flatMap { $0 }, unhex(row[0] as! String), "\(values)")
        }
    }

    func testWhatDoesNotFitIsRefused() throws {
        XCTAssertThrowsError(try Picture(width: 2, height: 2, bytes: [1]))
        XCTAssertThrowsError(try @TYPE@.decide([]))
        XCTAssertThrowsError(try @TYPE@.decide(@TYPE@.facts.outputs.map { [UInt8](repeating: 0, count: $0.values + 1) }))
        XCTAssertThrowsError(try @TYPE@.numbers([Double](repeating: 0, count: 99)))
        XCTAssertThrowsError(try Picture(width: 1, height: 1, bytes: [1, 2, 3]).rotated(45))
    }

    private func check(_ output: [UInt8], _ wanted: [String: Any], _ name: String) throws {
        let found = try told(@TYPE@.decide(apart(output)))
        XCTAssertEqual(found as NSDictionary, wanted as NSDictionary, name)
    }
}

// MARK: - What the build recorded

func bytes(_ name: String) throws -> [UInt8] {
    let folder = Bundle.module.url(forResource: "golden", withExtension: nil)!
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
}

private func json(_ name: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(bytes(name))) as! [String: Any]
}

func golden() throws -> [String: Any] { try json("golden.json") }
private func answers() throws -> [String: Any] { try json("answers.json") }

/// Bytes that lie one output after the other.
func apart(_ bytes: [UInt8]) -> [[UInt8]] {
    var rest = bytes[...]
    return @TYPE@.facts.outputs.map { output in
        defer { rest = rest.dropFirst(output.values) }
        return Array(rest.prefix(output.values))
    }
}

/// A frame of frames.json.
func frame(_ row: [String: Any]) throws -> Picture {
    let planes = (row["planes"] as! [String]).map(unhex), strides = row["strides"] as! [Int]
    let (width, height, rotation) = (row["width"] as! Int, row["height"] as! Int, row["rotation"] as! Int)
    return try planes[0].withUnsafeBytes { first -> Picture in
        if planes.count == 1 {
            let order: PixelOrder = row["order"] as! String == "bgra" ? .bgra : .rgba
            return try Picture(first, order: order, width: width, height: height, bytesPerRow: strides[0], rotation: rotation)
        }
        return try planes[1].withUnsafeBytes {
            try Picture(
                luma: first, chroma: $0, width: width, height: height, lumaBytesPerRow: strides[0],
                chromaBytesPerRow: strides[1], rotation: rotation)
        }
    }
}

func unhex(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8).map { $0 > 57 ? $0 - 87 : $0 - 48 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// An answer as answers.json tells it.
private func told(_ answer: Answer, _ heads: [Output] = @TYPE@.facts.outputs) throws -> [String: Any] {
    switch answer {
    case .label(let one):
        return ["index": one.index, "permille": one.permille, "review": one.review]
    case .labels(let said):
        return ["said": said.map { [$0.index, $0.permille] }]
    case .vector(let vector):
        let halved = vector.unit.enumerated().map { $0.offset % 2 == 1 ? 0 : $0.element }
        let (index, cosine, known) = try vector.nearest([vector.unit.reversed(), halved])
        return ["unit": vector.unit, "nearest": index, "cosine": cosine, "known": known]
    case .anomaly(let one):
        return ["score_q8": one.scoreQ8, "alert": one.alert]
    case .map(let map):
        return ["sha256": sha256(map.classes), "areas": map.areas]
    case .picture(let picture):
        return ["sha256": sha256(picture.bytes)]
    case .boxes(let boxes):
        return ["boxes": boxes.map(\.row)]
    case .values(let values):
        return ["values": zip(heads, values).flatMap { head, row in row.map { Int(($0 / head.scale).rounded()) } }]
    case .several(let parts):
        return ["parts": try zip(heads, parts).map { try told($1.answer, [$0]) }]
    }
}

/// FIPS 180-4, so that the tests need no library.
func sha256(_ message: [UInt8]) -> String {
    func primes(_ count: Int) -> [Int] {
        var found = [Int](), next = 2
        while found.count < count {
            if found.allSatisfy({ next % $0 != 0 }) { found.append(next) }
            next += 1
        }
        return found
    }
    func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
    let keys = primes(64).map { fraction(cbrt(Double($0))) }
    var state = primes(8).map { fraction(Double($0).squareRoot()) }
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift)) }
    func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }
    for start in stride(from: 0, to: padded.count, by: 64) {
        var w = (0..<16).map { n in padded[(start + 4 * n)..<(start + 4 * n + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        for t in 16..<64 {
            let low = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ w[t - 15] >> 3
            let high = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ w[t - 2] >> 10
            w.append(w[t - 16] &+ low &+ w[t - 7] &+ high)
        }
        var s = state
        for t in 0..<64 {
            let e = turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25), chosen = (s[4] & s[5]) ^ (~s[4] & s[6])
            let first = s[7] &+ e &+ chosen &+ keys[t] &+ w[t]
            let a = turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22), most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
            s = [first &+ a &+ most, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        state = zip(state, s).map { $0 &+ $1 }
    }
    return state.map { String($0, radix: 16) }.map { String(repeating: "0", count: 8 - $0.count) + $0 }.joined()
}
