// The model of this package: where it lies, what it is, what it takes and what it says. It brings no runtime: README.md shows three.

import Foundation

public enum @TYPE@ {
    /// The uint8 model, for any runtime that reads .tflite.
    public static let modelURL = resource("@NAME@", "tflite")
    /// Contract, outputs and the rest.
    public static let facts: Facts = {
        guard let data = try? Data(contentsOf: resource("@NAME@_facts", "json")) else { fatalError("@NAME@_facts.json is missing") }
        return Facts.read(data)
    }()
    /// The labels, in the order of the outputs; none where it answers something else.
    public static var labels: [String] { facts.answer.labels ?? [] }
    public static let sha256 = "@SHA256@"

    /// A picture as the model's bytes, [height, width, channels].
    public static func prepare(_ picture: Picture) throws -> [UInt8] {
        try facts.contract.prepare(picture)
    }

    /// Numbers beside the picture, in their units, as the bytes of each further input.
    public static func numbers(_ values: [Double]) throws -> [[UInt8]] {
        try facts.numberBytes(values)
    }

    /// The answer to the bytes of each output, in the order of `facts.outputs`. With a picture, boxes are told in its pixels.
    public static func decide(_ outputs: [[UInt8]], in picture: Picture? = nil) throws -> Answer {
        try facts.decide(outputs, width: picture?.width, height: picture?.height)
    }

    private static func resource(_ name: String, _ ending: String) -> URL {
        guard let found = Bundle.module.url(forResource: name, withExtension: ending) else {
            fatalError("\(name).\(ending) is missing in the package's bundle")
        }
        return found
    }
}
