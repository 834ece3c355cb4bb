package dev.espalier.models.template_name;

import java.nio.ByteBuffer;

/**
 * Reads camera frames as CameraX and Camera2 give them, rows padded and turned, without a bitmap between: the upright
 * pixels, or the bytes that the model takes (the golden frames of {@code SelfTest} prove it on the device). Buffers are
 * read from their position on and left as they are.
 */
public final class CameraImage {
    private CameraImage() {}

    /**
     * Prepares a frame of {@code ImageAnalysis.OUTPUT_IMAGE_FORMAT_RGBA_8888}: bytes red, green, blue and one that is not
     * read, as a camera has no transparent pixels.
     *
     * @param rgba the buffer of the frame's one plane
     * @param width columns of the frame as it lies in the buffer
     * @param height its rows
     * @param rowStride bytes from one row to the next
     * @param degrees {@code imageInfo.rotationDegrees}: how far to turn it clockwise to be upright
     * @return HEIGHT * WIDTH * CHANNELS bytes, the model's input
     * @throws IllegalArgumentException when the buffer is too short for such a frame, degrees is not a multiple of 90, or
     *     the model takes an array of bands
     */
    public static byte[] prepareRgba(ByteBuffer rgba, int width, int height, int rowStride, int degrees) {
        boolean upright = degrees % 180 == 0;
        return Preprocessor.prepare(
                argbOfRgba(rgba, width, height, rowStride, degrees), upright ? width : height, upright ? height : width);
    }

    /**
     * Prepares a frame of {@code ImageFormat.YUV_420_888}: three planes, a chroma pair for every 2 x 2 pixels.
     *
     * @param y the buffer of plane 0, whose pixel stride is 1
     * @param u the buffer of plane 1
     * @param v the buffer of plane 2
     * @param width columns of the frame as it lies in the buffers
     * @param height its rows
     * @param yRowStride bytes from one row of plane 0 to the next
     * @param uvRowStride the same of planes 1 and 2
     * @param uvPixelStride bytes from one value of planes 1 and 2 to the next
     * @param degrees how far to turn it clockwise to be upright
     * @return HEIGHT * WIDTH * CHANNELS bytes, the model's input
     * @throws IllegalArgumentException as {@link #prepareRgba}
     */
    public static byte[] prepareYuv(
            ByteBuffer y, ByteBuffer u, ByteBuffer v, int width, int height, int yRowStride, int uvRowStride,
            int uvPixelStride, int degrees) {
        boolean upright = degrees % 180 == 0;
        int[] argb = argbOfYuv(y, u, v, width, height, yRowStride, uvRowStride, uvPixelStride, degrees);
        return Preprocessor.prepare(argb, upright ? width : height, upright ? height : width);
    }

    /**
     * The upright pixels of {@link #prepareRgba}'s frame as {@code Bitmap.getPixels} gives them; at 90 and 270 degrees they
     * have {@code height} columns.
     */
    public static int[] argbOfRgba(ByteBuffer rgba, int width, int height, int rowStride, int degrees) {
        int[] argb = pixels(width, height);
        int[] way = way(width, height, degrees);
        byte[] row = new byte[4 * width];
        for (int i = 0; i < height; i++) {
            read(rgba, (long) i * rowStride, row);
            int to = way[0] + i * way[2];
            for (int j = 0; j < width; j++, to += way[1]) {
                argb[to] = 0xff000000 | (row[4 * j] & 0xff) << 16 | (row[4 * j + 1] & 0xff) << 8 | row[4 * j + 2] & 0xff;
            }
        }
        return argb;
    }

    /**
     * The upright pixels of {@link #prepareYuv}'s frame. Full range, Rec. 601, as Android's cameras and JPEG have it, in
     * integers (the shift rounds down): red = y + (91881 * v + 32768 >> 16), green = y + (-22554 * u - 46802 * v + 32768 >>
     * 16), blue = y + (116130 * u + 32768 >> 16), with u and v less 128, held to 0..255. Every pixel of 2 x 2 has their
     * chroma.
     */
    public static int[] argbOfYuv(
            ByteBuffer y, ByteBuffer u, ByteBuffer v, int width, int height, int yRowStride, int uvRowStride,
            int uvPixelStride, int degrees) {
        int[] argb = pixels(width, height);
        int[] way = way(width, height, degrees);
        if (uvPixelStride < 1) {
            throw new IllegalArgumentException("a pixel stride of " + uvPixelStride);
        }
        byte[] luma = new byte[width];
        byte[] blues = new byte[(width - 1) / 2 * uvPixelStride + 1];
        byte[] reds = new byte[blues.length];
        for (int i = 0; i < height; i++) {
            read(y, (long) i * yRowStride, luma);
            if (i % 2 == 0) {
                read(u, (long) (i / 2) * uvRowStride, blues);
                read(v, (long) (i / 2) * uvRowStride, reds);
            }
            int to = way[0] + i * way[2];
            for (int j = 0; j < width; j++, to += way[1]) {
                argb[to] = argb(luma[j] & 0xff, (blues[j / 2 * uvPixelStride] & 0xff) - 128,
                        (reds[j / 2 * uvPixelStride] & 0xff) - 128);
            }
        }
        return argb;
    }

    private static int argb(int luma, int blue, int red) {
        int r = held(luma + (91881 * red + 32768 >> 16));
        int g = held(luma + (-22554 * blue - 46802 * red + 32768 >> 16));
        int b = held(luma + (116130 * blue + 32768 >> 16));
        return 0xff000000 | r << 16 | g << 8 | b;
    }

    private static int held(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static int[] pixels(int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException("a frame of " + width + " x " + height + " pixels");
        }
        return new int[width * height];
    }

    /** Where the first pixel goes, the step to the next of a row, and that to the next row. */
    private static int[] way(int width, int height, int degrees) {
        if (degrees % 90 != 0) {
            throw new IllegalArgumentException(degrees + " degrees is not a multiple of 90");
        }
        switch (((degrees / 90) % 4 + 4) % 4) {
            case 1:
                return new int[] {height - 1, height, -1};
            case 2:
                return new int[] {width * height - 1, -1, -width};
            case 3:
                return new int[] {(width - 1) * height, -height, 1};
            default:
                return new int[] {0, 1, width};
        }
    }

    private static void read(ByteBuffer plane, long offset, byte[] row) {
        if (offset < 0 || offset + row.length > plane.remaining()) {
            throw new IllegalArgumentException("the plane has " + plane.remaining() + " bytes, a row needs " + row.length
                    + " from " + offset + " on");
        }
        ByteBuffer here = plane.duplicate();
        here.position((int) (plane.position() + offset));
        here.get(row);
    }
}
