// The golden vectors of the model, in each runtime that the app's project links. Not compiled without one.

import Foundation
import XCTest

@testable import @TYPE@

#if canImport(LiteRT)
import LiteRT

final class LiteRTTests: XCTestCase {
    /// On the CPU every output byte is one of the build's kernel sets; a GPU rounds in its own way.
    func testGoldenVectorsInLiteRT() throws {
        let model = try CompiledModel(
            file: @TYPE@.modelURL.path, options: try CompiledModel.Options(), environment: try Environment())
        let inputs = try model.createInputBuffers(), outputs = try model.createOutputBuffers()
        try replay { given in
            for (buffer, bytes) in zip(inputs, given) { try buffer.write(bytes) }
            try model.run(signatureIndex: 0, inputBuffers: inputs, outputBuffers: outputs)
            return try outputs.map { try $0.read() as [UInt8] }
        }
    }
}
#endif

#if canImport(TensorFlowLite)
import TensorFlowLite

final class InterpreterTests: XCTestCase {
    func testGoldenVectorsInTheInterpreter() throws {
        let interpreter = try Interpreter(modelPath: @TYPE@.modelURL.path)
        try interpreter.allocateTensors()
        try replay { given in
            for (n, bytes) in given.enumerated() { try interpreter.copy(Data(bytes), toInputAt: n) }
            try interpreter.invoke()
            return try (0..<interpreter.outputTensorCount).map { [UInt8](try interpreter.output(at: $0).data) }
        }
    }
}
#endif

#if canImport(LiteRT) || canImport(TensorFlowLite)
/// `run`: the bytes of every input to those of every output.
private func replay(_ run: ([[UInt8]]) throws -> [[UInt8]]) throws {
    for row in try golden()["vectors"] as! [[String: Any]] {
        let values = (row["numbers"] as? [NSNumber] ?? []).map(\.doubleValue)
        let outputs = try run([try bytes(row["pixels"] as! String)] + @TYPE@.numbers(values))
        let known = (row["outputs"] as! [String: String]).values.map { unhex($0).map { $0 ^ 0x80 } }
        XCTAssertTrue(known.contains(outputs.flatMap { $0 }), "\(row["name"]!)")
    }
}
#endif
