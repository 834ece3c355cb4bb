// From the model's output bytes to an answer, in whole numbers: equal to the build's own definitions.

/// What the model says about one picture.
public enum Answer: Equatable, Sendable {
    case label(Label)
    case labels([Label])
    case vector(Vector)
    case anomaly(Anomaly)
    case map(ClassMap)
    case picture(Picture)
    case boxes([Box])
    case values([[Double]])
    case several([Part])

    /// One label; `permille` is its confidence in thousandths, `review`: let a person look.
    public struct Label: Equatable, Sendable {
        public let index: Int
        public let label: String
        public let permille: Int
        public let review: Bool
    }

    /// The vector of a picture, of length 16384.
    public struct Vector: Equatable, Sendable {
        public let unit: [Int]
        let knownQ14: Int

        /// The nearest of enrolled vectors, by the cosine times 16384; index -1 without any.
        public func nearest(_ references: [[Int]]) throws -> (index: Int, cosine: Int, known: Bool) {
            var (best, most) = (-1, -16384)
            for (n, reference) in references.enumerated() {
                guard reference.count == unit.count else {
                    throw AnswerError.size("reference \(n) has \(reference.count) values, the vector \(unit.count)")
                }
                let cosine = (zip(unit, reference).reduce(8192) { $0 + $1.0 * $1.1 }) >> 14
                if best < 0 || cosine > most { (best, most) = (n, cosine) }
            }
            return (best, most, best >= 0 && most >= knownQ14)
        }
    }

    /// `scoreQ8`: the mean square of the difference between the picture and what the network makes of it, times 256.
    public struct Anomaly: Equatable, Sendable {
        public let scoreQ8: Int
        public let alert: Bool
    }

    /// A class for each pixel, row by row, and the pixels of each.
    public struct ClassMap: Equatable, Sendable {
        public let rows: Int
        public let columns: Int
        public let names: [String]
        public let classes: [UInt8]
        public let areas: [Int]
        public let alert: Bool
    }

    /// An object, in pixels of the picture. `row`: the whole numbers behind it.
    public struct Box: Equatable, Sendable {
        public let index: Int
        public let label: String
        public let confidence: Double
        public let left: Int
        public let top: Int
        public let right: Int
        public let bottom: Int
        public let row: [Int]
    }

    /// The answer of one of several outputs.
    public struct Part: Equatable, Sendable {
        public let name: String
        public let answer: Answer
    }
}

/// Outputs that do not fit the model.
public enum AnswerError: Error, Equatable {
    case size(String)
}

extension Facts {
    /// The answer to the bytes of each output, in their order. `width`, `height`: of the picture in whose pixels boxes are told.
    public func decide(_ outputs: [[UInt8]], width: Int? = nil, height: Int? = nil) throws -> Answer {
        guard outputs.count == self.outputs.count else {
            throw AnswerError.size("the model has \(self.outputs.count) outputs, not \(outputs.count)")
        }
        for (output, bytes) in zip(self.outputs, outputs) where bytes.count != output.values {
            throw AnswerError.size("output \(output.name) has \(output.values) bytes, not \(bytes.count)")
        }
        return answered(answer, outputs, self.outputs, width ?? contract.width, height ?? contract.height)
    }

    private func answered(_ facts: AnswerFacts, _ outputs: [[UInt8]], _ heads: [Output], _ width: Int, _ height: Int) -> Answer {
        let bytes = outputs[0]
        switch facts.kind {
        case "classify":
            let index = bytes.firstIndex(of: bytes.max()!)!
            return .label(facts.label(index, bytes[index], review: Int(bytes[index]) < facts.review!))
        case "binary":
            let index = Int(bytes[1]) >= facts.positive! ? 1 : 0
            return .label(facts.label(index, bytes[index], review: Int(bytes.max()!) < facts.review!))
        case "multi-label":
            let said = bytes.indices.filter { Int(bytes[$0]) >= facts.least![$0] }
            return .labels(said.map { facts.label($0, bytes[$0], review: false) })
        case "embed":
            return .vector(.init(unit: unit(bytes, facts.zeroPoint!), knownQ14: facts.knownQ14!))
        case "anomaly":
            let score = (squares(bytes, facts.zeroPoint!) * 256 + bytes.count / 2) / bytes.count
            return .anomaly(.init(scoreQ8: score, alert: score >= facts.alertQ8!))
        case "map":
            return .map(facts.classMap(bytes))
        case "picture":
            let table = facts.table!
            return .picture(Picture(known: facts.columns!, facts.rows!, facts.channels!, bytes.map { table[Int($0)] }))
        case "boxes":
            let detector = Detector(facts.words!)
            let rows = detector.detect(outputs.map { $0.map { Int($0) - 128 } })
            return .boxes(rows.map { row in
                let edges = contract.inPicture(row, bits: detector.bits, width: width, height: height)
                return .init(
                    index: row[5], label: facts.labels![row[5]], confidence: Double(row[4]) / 2_147_483_648, left: edges[0],
                    top: edges[1], right: edges[2], bottom: edges[3], row: row)
            })
        case "several":
            return .several(zip(heads, facts.parts!).enumerated().map { n, part in
                .init(name: part.0.name, answer: answered(part.1, [outputs[n]], [part.0], width, height))
            })
        default:
            return .values(zip(heads, outputs).map { head, row in row.map { head.scale * Double(Int($0) - head.zeroPoint) } })
        }
    }
}

extension AnswerFacts {
    fileprivate func label(_ index: Int, _ byte: UInt8, review: Bool) -> Answer.Label {
        let permille = ((Int(byte) - zeroPoint!) * permilleQ16! + 32768) >> 16
        return .init(index: index, label: labels![index], permille: permille, review: review)
    }

    fileprivate func classMap(_ bytes: [UInt8]) -> Answer.ClassMap {
        let channels = self.channels!
        var areas = [Int](repeating: 0, count: names!.count)
        let classes = (0..<(rows! * columns!)).map { pixel -> UInt8 in
            var most = channels == 1 && Int(bytes[pixel]) >= cut! ? 1 : 0
            for k in 1..<max(1, channels) where bytes[pixel * channels + k] > bytes[pixel * channels + most] { most = k }
            areas[most] += 1
            return UInt8(most)
        }
        let alerts = alert! >= 0 && areas[alert!] >= alertPixels!
        return .init(rows: rows!, columns: columns!, names: names!, classes: classes, areas: areas, alert: alerts)
    }
}

private func squares(_ bytes: [UInt8], _ zero: Int) -> Int {
    bytes.reduce(0) { $0 + (Int($1) - zero) * (Int($1) - zero) }
}

/// The output divided by its length, times 16384: what is enrolled and compared.
private func unit(_ bytes: [UInt8], _ zero: Int) -> [Int] {
    let length = squareRoot(squares(bytes, zero) << 16)
    return bytes.map { byte in
        let value = Int(byte) - zero
        let share = length == 0 ? 0 : ((abs(value) << 22) + length / 2) / length
        return value < 0 ? -share : share
    }
}
