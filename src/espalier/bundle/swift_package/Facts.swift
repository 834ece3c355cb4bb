// What the build wrote down about the model.

import Foundation

/// The preprocessing contract; its words are the recipe's.
public struct Contract: Decodable, Equatable, Sendable {
    public let height: Int
    public let width: Int
    public let channels: Int
    public let sourceChannels: Int
    public let color: String
    public let resize: String
    public let fit: String
    public let smooth: String
    public let balance: String
}

/// An output of the uint8 model: value = scale * (byte - zeroPoint).
public struct Output: Decodable, Equatable, Sendable {
    public let name: String
    public let shape: [Int]
    public let values: Int
    public let scale: Double
    public let zeroPoint: Int
}

/// A vector of numbers that the model takes beside the picture.
public struct NumberInput: Decodable, Equatable, Sendable {
    public let name: String
    public let columns: [String]
    public let range: [[Double]]
    public let mean: [Double]
    public let std: [Double]
    public let scale: Double
    public let zeroPoint: Int
}

/// How output bytes become an answer: the fields that its kind has.
struct AnswerFacts: Decodable, Equatable, Sendable {
    let kind: String
    let labels: [String]?
    let review: Int?
    let positive: Int?
    let least: [Int]?
    let zeroPoint: Int?
    let permilleQ16: Int?
    let knownQ14: Int?
    let alertQ8: Int?
    let rows: Int?
    let columns: Int?
    let channels: Int?
    let names: [String]?
    let cut: Int?
    let alert: Int?
    let alertPixels: Int?
    let table: [UInt8]?
    let words: [Int]?
    let parts: [AnswerFacts]?
}

/// The whole document.
public struct Facts: Decodable, Sendable {
    public let name: String
    public let version: String
    public let sha256: String
    public let runtimeFloor: String
    public let contract: Contract
    public let beside: [NumberInput]
    public let outputs: [Output]
    let answer: AnswerFacts

    /// Reads the resource; a package whose own resource is broken cannot go on.
    static func read(_ data: Data) -> Facts {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            // Letters behind an underscore become large, digits stay: zero_point, known_q14.
            let parts = path[path.count - 1].stringValue.split(separator: "_")
            return Key(parts.dropFirst().reduce(String(parts[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() })
        }
        do {
            return try decoder.decode(Facts.self, from: data)
        } catch {
            fatalError("the package's facts cannot be read: \(error)")
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Numbers beside the picture, in the order of the recipe, as the bytes of each further input.
    public func numberBytes(_ values: [Double]) throws -> [[UInt8]] {
        let wanted = beside.reduce(0) { $0 + $1.columns.count }
        guard values.count == wanted else { throw AnswerError.size("the model takes \(wanted) numbers, not \(values.count)") }
        var left = values[...]
        return beside.map { input in
            (0..<input.columns.count).map { n in
                let value = min(max(left.removeFirst(), input.range[n][0]), input.range[n][1])
                let x = Double(Float((value - input.mean[n]) / input.std[n]))
                let step = (x / input.scale + 0.5).rounded(.down) + Double(input.zeroPoint)
                return UInt8(min(max(step, 0), 255))
            }
        }
    }
}
