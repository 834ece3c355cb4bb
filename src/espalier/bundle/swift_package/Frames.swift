// Camera frames and images as a Picture: rows padded and turned, without a copy of another kind between.

/// How the four bytes of a pixel lie; the fourth, or first, of a camera is not read.
public enum PixelOrder: Sendable {
    case rgba, bgra

    fileprivate var places: (Int, Int, Int) { self == .rgba ? (0, 1, 2) : (2, 1, 0) }
}

extension Picture {
    /// Four bytes a pixel (kCVPixelFormatType_32BGRA is `.bgra`). `rotation`: how far to turn it clockwise to be upright.
    public init(
        _ pixels: UnsafeRawBufferPointer, order: PixelOrder, width: Int, height: Int, bytesPerRow: Int, rotation: Int = 0
    ) throws {
        try Picture.check(pixels, width: width, height: height, bytesPerRow: bytesPerRow, wide: 4 * width)
        let (r, g, b) = order.places
        let bytes = [UInt8](unsafeUninitializedCapacity: width * height * 3) { made, count in
            var at = 0
            for y in 0..<height {
                for from in stride(from: y * bytesPerRow, to: y * bytesPerRow + 4 * width, by: 4) {
                    made[at] = pixels[from + r]
                    made[at + 1] = pixels[from + g]
                    made[at + 2] = pixels[from + b]
                    at += 3
                }
            }
            count = at
        }
        self = try Picture(known: width, height, 3, bytes).rotated(rotation)
    }

    /// 420f (kCVPixelFormatType_420YpCbCr8BiPlanarFullRange): luma, and pairs of blue and red chroma for every 2 x 2 pixels.
    /// Full range, Rec. 601, in whole numbers, cb and cr less 128, the shift rounding down, held to 0...255:
    /// red = y + (91881 cr + 32768 >> 16), green = y + (-22554 cb - 46802 cr + 32768 >> 16),
    /// blue = y + (116130 cb + 32768 >> 16).
    public init(
        luma: UnsafeRawBufferPointer, chroma: UnsafeRawBufferPointer, width: Int, height: Int, lumaBytesPerRow: Int,
        chromaBytesPerRow: Int, rotation: Int = 0
    ) throws {
        try Picture.check(luma, width: width, height: height, bytesPerRow: lumaBytesPerRow, wide: width)
        let pairs = (width + 1) / 2
        try Picture.check(chroma, width: pairs, height: (height + 1) / 2, bytesPerRow: chromaBytesPerRow, wide: 2 * pairs)
        func held(_ value: Int) -> UInt8 { UInt8(max(0, min(255, value))) }
        let bytes = [UInt8](unsafeUninitializedCapacity: width * height * 3) { made, count in
            var at = 0
            for y in 0..<height {
                for x in 0..<width {
                    let light = Int(luma[y * lumaBytesPerRow + x]), from = y / 2 * chromaBytesPerRow + x / 2 * 2
                    let blue = Int(chroma[from]) - 128, red = Int(chroma[from + 1]) - 128
                    made[at] = held(light + ((91881 * red + 32768) >> 16))
                    made[at + 1] = held(light + ((-22554 * blue - 46802 * red + 32768) >> 16))
                    made[at + 2] = held(light + ((116130 * blue + 32768) >> 16))
                    at += 3
                }
            }
            count = at
        }
        self = try Picture(known: width, height, 3, bytes).rotated(rotation)
    }

    private static func check(
        _ bytes: UnsafeRawBufferPointer, width: Int, height: Int, bytesPerRow: Int, wide: Int
    ) throws {
        guard width > 0, height > 0, bytesPerRow >= wide, bytes.count >= (height - 1) * bytesPerRow + wide else {
            throw PictureError.size("\(width) x \(height) pixels with \(bytesPerRow) bytes a row are not \(bytes.count) bytes")
        }
    }
}

#if canImport(CoreVideo)
import CoreVideo

extension Picture {
    /// A camera's frame: 32BGRA, or 420f.
    public init(_ buffer: CVPixelBuffer, rotation: Int = 0) throws {
        CVPixelBufferLockBaseAddress(buffer, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
        let (width, height) = (CVPixelBufferGetWidth(buffer), CVPixelBufferGetHeight(buffer))
        switch CVPixelBufferGetPixelFormatType(buffer) {
        case kCVPixelFormatType_32BGRA:
            let stride = CVPixelBufferGetBytesPerRow(buffer)
            let pixels = UnsafeRawBufferPointer(start: CVPixelBufferGetBaseAddress(buffer), count: stride * height)
            try self.init(pixels, order: .bgra, width: width, height: height, bytesPerRow: stride, rotation: rotation)
        case kCVPixelFormatType_420YpCbCr8BiPlanarFullRange:
            func plane(_ n: Int) -> (UnsafeRawBufferPointer, Int) {
                let stride = CVPixelBufferGetBytesPerRowOfPlane(buffer, n)
                let count = stride * CVPixelBufferGetHeightOfPlane(buffer, n)
                return (.init(start: CVPixelBufferGetBaseAddressOfPlane(buffer, n), count: count), stride)
            }
            let (luma, lumaStride) = plane(0), (chroma, chromaStride) = plane(1)
            try self.init(
                luma: luma, chroma: chroma, width: width, height: height, lumaBytesPerRow: lumaStride,
                chromaBytesPerRow: chromaStride, rotation: rotation)
        default:
            throw PictureError.size("the pixel buffer is neither 32BGRA nor 420f (full range)")
        }
    }
}
#endif

#if canImport(CoreGraphics)
import CoreGraphics

extension Picture {
    /// An upright image, on black where it is transparent. Its colours are those of its own space, as files store them.
    public init(_ image: CGImage) throws {
        let (width, height) = (image.width, image.height)
        var pixels = [UInt8](repeating: 0, count: 4 * width * height)
        let space = image.colorSpace.flatMap { $0.model == .rgb ? $0 : nil } ?? CGColorSpaceCreateDeviceRGB()
        let drawn = pixels.withUnsafeMutableBytes { bytes -> Bool in
            guard
                let context = CGContext(
                    data: bytes.baseAddress, width: width, height: height, bitsPerComponent: 8, bytesPerRow: 4 * width,
                    space: space, bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
            else { return false }
            context.draw(image, in: CGRect(x: 0, y: 0, width: width, height: height))
            return true
        }
        guard drawn else { throw PictureError.size("an image of \(width) x \(height) pixels cannot be drawn") }
        self = try pixels.withUnsafeBytes {
            try Picture($0, order: .rgba, width: width, height: height, bytesPerRow: 4 * width)
        }
    }
}
#endif
