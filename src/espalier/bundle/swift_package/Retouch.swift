// Smoothing and balance of a prepared picture, in whole numbers: equal to the build's own byte for byte.

extension Contract {
    /// Changes [height, width, channels] in place; the picture lies at (top, left), beside it is what padding added.
    func retouch(_ image: inout [UInt8], top: Int, left: Int, rows: Int, columns: Int) {
        let stride = width * channels, origin = top * stride + left * channels, length = columns * channels
        if smooth != "none" { smoothed(&image, origin, stride, rows, length, median: smooth == "median") }
        switch balance {
        case "per-image":
            replace(&image, 0, stride, image.count / stride, stride, 1, standard)
        case "min-max":
            replace(&image, origin, stride, rows, length, 1, stretched)
        case "equalize":
            for k in 0..<channels { replace(&image, origin + k, stride, rows, length - k, channels, equalized) }
        default:
            break
        }
    }

    private func smoothed(_ image: inout [UInt8], _ origin: Int, _ stride: Int, _ rows: Int, _ length: Int, median: Bool) {
        var above = [Int](repeating: 0, count: length), here = above, below = above
        for y in 0..<rows {
            let at = origin + y * stride
            for i in 0..<length {
                above[i] = y > 0 ? here[i] : Int(image[at + i])
                here[i] = Int(image[at + i])
                below[i] = y + 1 < rows ? Int(image[at + stride + i]) : here[i]
            }
            for i in 0..<length {
                let a = i >= channels ? i - channels : i, b = i + channels < length ? i + channels : i
                if median {
                    let nine = [above[a], above[i], above[b], here[a], here[i], here[b], below[a], below[i], below[b]]
                    image[at + i] = UInt8(nine.sorted()[4])
                } else {
                    let sum = above[a] + 2 * above[i] + above[b] + 2 * here[a] + 4 * here[i] + 2 * here[b]
                    image[at + i] = UInt8((sum + below[a] + 2 * below[i] + below[b] + 8) >> 4)
                }
            }
        }
    }
}

/// Puts table[byte] for every step-th byte of the rows; the table is made of their histogram.
private func replace(
    _ image: inout [UInt8], _ origin: Int, _ stride: Int, _ rows: Int, _ length: Int, _ step: Int,
    _ make: ([Int]) -> [UInt8]
) {
    var counts = [Int](repeating: 0, count: 256)
    for y in 0..<rows {
        for i in Swift.stride(from: 0, to: length, by: step) { counts[Int(image[origin + y * stride + i])] += 1 }
    }
    let table = make(counts)
    for y in 0..<rows {
        for i in Swift.stride(from: 0, to: length, by: step) {
            image[origin + y * stride + i] = table[Int(image[origin + y * stride + i])]
        }
    }
}

private func held(_ value: Int) -> UInt8 { UInt8(max(0, min(255, value))) }

private func stretched(_ counts: [Int]) -> [UInt8] {
    let low = counts.firstIndex { $0 > 0 } ?? 0, span = (counts.lastIndex { $0 > 0 } ?? 0) - low
    return (0..<256).map { p in span == 0 ? UInt8(p) : held((max(0, min(span, p - low)) * 255 + span / 2) / span) }
}

private func equalized(_ counts: [Int]) -> [UInt8] {
    let first = counts.first { $0 > 0 } ?? 0, rest = counts.reduce(0, +) - first
    var seen = 0
    return (0..<256).map { p in
        seen += counts[p]
        return rest == 0 ? UInt8(p) : held((max(0, seen - first) * 255 + rest / 2) / rest)
    }
}

private func standard(_ counts: [Int]) -> [UInt8] {
    let count = counts.reduce(0, +), total = counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    // About the rounded mean, so that no product exceeds 63 bits.
    let mean = total / count
    let squares = counts.enumerated().reduce(0) { $0 + $1.element * ($1.offset - mean) * ($1.offset - mean) }
    let apart = total - mean * count
    var spread = max(count * squares - apart * apart, count), scale = 1
    while spread < 1 << 60 {
        spread *= 4
        scale *= 2
    }
    let base = squareRoot(spread)
    return (0..<256).map { p in held(floorDivide(64 * scale * (count * p - total) + base, 2 * base) + 128) }
}

/// floor(sqrt(value)), a bit at a time.
func squareRoot(_ value: Int) -> Int {
    var rest = value, root = 0, bit = 1 << 62
    while bit != 0 {
        if rest >= root + bit {
            rest -= root + bit
            root = (root >> 1) + bit
        } else {
            root >>= 1
        }
        bit >>= 2
    }
    return root
}
