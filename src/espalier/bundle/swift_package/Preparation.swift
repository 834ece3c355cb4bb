// Brings a picture to the bytes that the model takes, in whole numbers: equal to the build's own preprocessing byte for byte (the
// tests of this package prove it). Mean and standard deviation are inside the model.

/// Interleaved bytes, row by row without gaps: RGB, or the bands of a model that takes such.
public struct Picture: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let channels: Int
    public let bytes: [UInt8]

    /// Throws where the bytes are not `width * height * channels`.
    public init(width: Int, height: Int, channels: Int = 3, bytes: [UInt8]) throws {
        guard width > 0, height > 0, channels > 0, bytes.count == width * height * channels else {
            throw PictureError.size("\(width) x \(height) x \(channels) is not \(bytes.count) bytes")
        }
        self.init(known: width, height, channels, bytes)
    }

    init(known width: Int, _ height: Int, _ channels: Int, _ bytes: [UInt8]) {
        (self.width, self.height, self.channels, self.bytes) = (width, height, channels, bytes)
    }

    /// Turned clockwise by 0, 90, 180 or 270 degrees.
    public func rotated(_ degrees: Int) throws -> Picture {
        guard [0, 90, 180, 270].contains(degrees) else {
            throw PictureError.rotation("degrees are 0, 90, 180 or 270, not \(degrees)")
        }
        if degrees == 0 { return self }
        let (columns, rows) = degrees == 180 ? (width, height) : (height, width)
        var turned = [UInt8](repeating: 0, count: bytes.count)
        for y in 0..<rows {
            for x in 0..<columns {
                let from = degrees == 90 ? (height - 1 - x) * width + y
                    : degrees == 180 ? (height - 1 - y) * width + width - 1 - x : x * width + width - 1 - y
                for k in 0..<channels { turned[(y * columns + x) * channels + k] = bytes[from * channels + k] }
            }
        }
        return Picture(known: columns, rows, channels, turned)
    }
}

/// What is no picture.
public enum PictureError: Error, Equatable {
    case size(String)
    case rotation(String)
}

extension Contract {
    /// A picture as the model's bytes, [height, width, channels].
    public func prepare(_ picture: Picture) throws -> [UInt8] {
        guard picture.channels == sourceChannels else {
            throw PictureError.size("the model takes \(sourceChannels) channels, not \(picture.channels)")
        }
        var (top, left, rows, columns) = (0, 0, picture.height, picture.width)
        if fit == "crop" { (top, left, rows, columns) = cropRegion(rows: rows, columns: columns) }
        let source = coloured(picture, top, left, rows, columns)
        let (down, across) = fit == "pad" ? paddedSize(rows: rows, columns: columns) : (height, width)
        let (above, before) = ((height - down) / 2, (width - across) / 2)
        var result = [UInt8](repeating: 0, count: height * width * channels)
        let y = Axis(rows, down, resize), x = Axis(columns, across, resize)
        source.withUnsafeBufferPointer { bytes in
            resample(bytes, columns, y, x, down, across) { i, j, k, value in
                result[((above + i) * width + before + j) * channels + k] = value
            }
        }
        retouch(&result, top: above, left: before, rows: down, columns: across)
        return result
    }

    /// (top, left, rows, columns) of the largest centred region with the model's aspect ratio.
    func cropRegion(rows: Int, columns: Int) -> (Int, Int, Int, Int) {
        if columns * height > rows * width {
            let taken = max(1, (2 * rows * width + height) / (2 * height))
            return (0, (columns - taken) / 2, rows, taken)
        }
        let taken = max(1, (2 * columns * height + width) / (2 * width))
        return ((rows - taken) / 2, 0, taken, columns)
    }

    /// (rows, columns) of the whole picture scaled to fit.
    func paddedSize(rows: Int, columns: Int) -> (Int, Int) {
        if columns * height > rows * width {
            return (max(1, (2 * rows * width + columns) / (2 * columns)), width)
        }
        return (height, max(1, (2 * columns * height + rows) / (2 * rows)))
    }

    /// A region in the model's colours.
    private func coloured(_ picture: Picture, _ top: Int, _ left: Int, _ rows: Int, _ columns: Int) -> [UInt8] {
        var made = [UInt8]()
        made.reserveCapacity(rows * columns * channels)
        for y in top..<(top + rows) {
            let start = (y * picture.width + left) * picture.channels
            let line = picture.bytes[start..<(start + columns * picture.channels)]
            switch color {
            case "gray":
                for at in stride(from: line.startIndex, to: line.endIndex, by: 3) {
                    let (r, g, b) = (Int(line[at]), Int(line[at + 1]), Int(line[at + 2]))
                    made.append(UInt8((19595 * r + 38470 * g + 7471 * b + 32768) >> 16))
                }
            case "bgr":
                for at in stride(from: line.startIndex, to: line.endIndex, by: 3) {
                    made.append(line[at + 2])
                    made.append(line[at + 1])
                    made.append(line[at])
                }
            default:
                made.append(contentsOf: line)
            }
        }
        return made
    }

    private func resample(
        _ source: UnsafeBufferPointer<UInt8>, _ columns: Int, _ y: Axis, _ x: Axis, _ down: Int, _ across: Int,
        _ put: (Int, Int, Int, UInt8) -> Void
    ) {
        let total = y.total * x.total
        var sums = [Int](repeating: 0, count: channels)
        for i in 0..<down {
            for j in 0..<across {
                for k in 0..<channels { sums[k] = 0 }
                for a in (i * y.taps)..<((i + 1) * y.taps) where y.weight[a] != 0 {
                    let line = y.index[a] * columns
                    for b in (j * x.taps)..<((j + 1) * x.taps) {
                        let weight = y.weight[a] * x.weight[b], from = (line + x.index[b]) * channels
                        for k in 0..<channels { sums[k] += weight * Int(source[from + k]) }
                    }
                }
                for k in 0..<channels {
                    let value = sums[k] + total / 2
                    put(i, j, k, value < 0 ? 0 : UInt8(min(255, value / total)))
                }
            }
        }
    }
}

/// Source positions and weights of the output positions along one axis.
private struct Axis {
    static let unit = 2048
    let taps: Int
    let index: [Int]
    let weight: [Int]
    var total: Int { weight[..<taps].reduce(0, +) }

    init(_ source: Int, _ wanted: Int, _ method: String) {
        var rows: [[(Int, Int)]]
        if source == wanted || method == "nearest" {
            rows = (0..<wanted).map { [((2 * $0 + 1) * source / (2 * wanted), 1)] }
        } else if method == "area" {
            rows = Axis.area(source, wanted)
        } else {
            rows = Axis.interpolation(source, wanted, cubic: method == "bicubic")
        }
        taps = rows[0].count
        index = rows.joined().map { max(0, min(source - 1, $0.0)) }
        weight = rows.joined().map { $0.1 }
    }

    private static func area(_ source: Int, _ wanted: Int) -> [[(Int, Int)]] {
        var taps = 1
        for i in 0..<wanted {
            let first = i * source / wanted, last = ((i + 1) * source - 1) / wanted
            taps = max(taps, last - first + 1)
        }
        return (0..<wanted).map { i in
            let start = i * source, end = start + source
            return (0..<taps).map { tap in
                let pixel = start / wanted + tap
                return (pixel, max(0, min(end, (pixel + 1) * wanted) - max(start, pixel * wanted)))
            }
        }
    }

    private static func interpolation(_ source: Int, _ wanted: Int, cubic: Bool) -> [[(Int, Int)]] {
        let whole = 2 * wanted
        return (0..<wanted).map { i in
            let centre = (2 * i + 1) * source - wanted
            let left = floorDivide(centre, whole), rest = centre - whole * left
            if cubic {
                return Array(zip((left - 1)..<(left + 3), cubicWeights(rest, whole, left - 1, source)))
            }
            let fraction = (rest * unit + wanted) / whole
            return [(left, unit - fraction), (left + 1, fraction)]
        }
    }

    /// Keys' kernel with a = -1/2 at rest / whole, every value times 2 * whole cubed.
    private static func cubicWeights(_ rest: Int, _ q: Int, _ start: Int, _ source: Int) -> [Int] {
        let distances: [Int] = [q + rest, rest, q - rest, 2 * q - rest]
        let exact: [Int] = (0..<4).map { tap in
            start + tap < 0 || start + tap >= source ? 0 : keys(distances[tap], q)
        }
        let total = exact.reduce(0, +)
        var weights = exact.map { floorDivide(2 * unit * $0 + total, 2 * total) }
        let largest = weights.firstIndex(of: weights.max() ?? 0) ?? 0
        weights[largest] += unit - weights.reduce(0, +)
        return weights
    }
}

private func keys(_ x: Int, _ q: Int) -> Int {
    let one: Int = q * q * q, two: Int = x * q * q, three: Int = x * x * q, four: Int = x * x * x
    if x <= q { return 3 * four - 5 * three + 2 * one }
    return x < 2 * q ? 5 * three - four - 8 * two + 4 * one : 0
}

/// The quotient rounded down.
func floorDivide(_ dividend: Int, _ divisor: Int) -> Int {
    let quotient = dividend / divisor
    return dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient
}
