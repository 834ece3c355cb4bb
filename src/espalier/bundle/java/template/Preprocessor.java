package dev.espalier.models.template_name;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Brings an image to the bytes that the model takes, in integer arithmetic: equal to the build's own preprocessing
 * bit by bit (the golden cases of {@code SelfTest} prove it on the device). Mean and standard deviation are inside
 * the model.
 */
public final class Preprocessor {
    private static final int UNIT = 2048;

    private Preprocessor() {}

    /**
     * Prepares an upright image.
     *
     * @param argb pixels row by row as {@code Bitmap.getPixels} gives them; what is transparent becomes black
     * @param width columns of the image
     * @param height rows of the image
     * @return HEIGHT * WIDTH * CHANNELS bytes, the model's input
     * @throws IllegalArgumentException when the array does not hold width * height pixels, or all are transparent, or
     *     the model takes an array of bands
     */
    public static byte[] prepare(int[] argb, int width, int height) {
        return prepare(
                argb, width, height, Model.HEIGHT, Model.WIDTH, Model.COLOR, Model.RESIZE, Model.FIT);
    }

    /**
     * Prepares an upright image that is an array: for a model whose COLOR is bands.
     *
     * @param bands pixels row by row, the CHANNELS bytes of each beside each other
     * @param width columns of the image
     * @param height rows of the image
     * @return HEIGHT * WIDTH * CHANNELS bytes, the model's input
     * @throws IllegalArgumentException when the array does not hold width * height * CHANNELS bytes, or the model takes
     *     a picture
     */
    public static byte[] prepare(byte[] bands, int width, int height) {
        return prepare(bands, width, height, Model.HEIGHT, Model.WIDTH, Model.CHANNELS, Model.COLOR, Model.RESIZE,
                Model.FIT);
    }

    /** As {@link #prepare(int[], int, int)}, in a direct buffer as {@code Interpreter.run} wants it. */
    public static ByteBuffer prepareBuffer(int[] argb, int width, int height) {
        return direct(prepare(argb, width, height));
    }

    /** As {@link #prepare(byte[], int, int)}, in a direct buffer as {@code Interpreter.run} wants it. */
    public static ByteBuffer prepareBuffer(byte[] bands, int width, int height) {
        return direct(prepare(bands, width, height));
    }

    private static ByteBuffer direct(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        buffer.put(bytes);
        buffer.rewind();
        return buffer;
    }

    /**
     * Turns an image clockwise, for camera frames and EXIF orientations; at 90 and 270 degrees the result has
     * {@code height} columns and {@code width} rows.
     *
     * @throws IllegalArgumentException when degrees is not a multiple of 90, or the array does not fit
     */
    public static int[] rotate(int[] argb, int width, int height, int degrees) {
        check(argb, width, height);
        if (degrees % 90 != 0) {
            throw new IllegalArgumentException(degrees + " degrees is not a multiple of 90");
        }
        int quarters = ((degrees / 90) % 4 + 4) % 4;
        int[] turned = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int to;
                if (quarters == 0) {
                    to = y * width + x;
                } else if (quarters == 1) {
                    to = x * height + (height - 1 - y);
                } else if (quarters == 2) {
                    to = (height - 1 - y) * width + (width - 1 - x);
                } else {
                    to = (width - 1 - x) * height + y;
                }
                turned[to] = argb[y * width + x];
            }
        }
        return turned;
    }

    static byte[] prepare(
            int[] argb, int columns, int rows, int height, int width, String color, String resize, String fit) {
        if ("bands".equals(color)) {
            throw new IllegalArgumentException("this model takes an array of bands: prepare(byte[], int, int)");
        }
        check(argb, columns, rows);
        int[] order = "bgr".equals(color) ? new int[] {0, 8, 16} : new int[] {16, 8, 0};
        Source picture = new Source(onBlack(argb), null, columns, order);
        return prepare(picture, columns, rows, height, width, "gray".equals(color) ? 1 : 3, resize, fit);
    }

    static byte[] prepare(
            byte[] bands, int columns, int rows, int height, int width, int channels, String color, String resize,
            String fit) {
        if (!"bands".equals(color)) {
            throw new IllegalArgumentException("this model takes a picture: prepare(int[], int, int)");
        }
        if (columns < 1 || rows < 1 || (long) columns * rows * channels != bands.length) {
            throw new IllegalArgumentException("an image of " + columns + " x " + rows + " x " + channels
                    + " does not have " + bands.length + " bytes");
        }
        return prepare(new Source(null, bands, columns, null), columns, rows, height, width, channels, resize, fit);
    }

    /** Pixels of a picture (argb, order) or of an array (bands). */
    private static final class Source {
        final int[] argb;
        final byte[] bands;
        final int columns;
        final int[] order;

        Source(int[] argb, byte[] bands, int columns, int[] order) {
            this.argb = argb;
            this.bands = bands;
            this.columns = columns;
            this.order = order;
        }
    }

    private static byte[] prepare(
            Source image, int columns, int rows, int height, int width, int channels, String resize, String fit) {
        int top = 0;
        int left = 0;
        int takenRows = rows;
        int takenColumns = columns;
        int outRows = height;
        int outColumns = width;
        long wide = (long) columns * height;
        long tall = (long) rows * width;
        if ("crop".equals(fit)) {
            if (wide > tall) {
                takenColumns = rounded(tall, height);
                left = (columns - takenColumns) / 2;
            } else {
                takenRows = rounded(wide, width);
                top = (rows - takenRows) / 2;
            }
        } else if ("pad".equals(fit)) {
            if (wide > tall) {
                outRows = rounded(tall, columns);
            } else {
                outColumns = rounded(wide, rows);
            }
        }
        Axis y = axis(takenRows, outRows, resize);
        Axis x = axis(takenColumns, outColumns, resize);
        byte[] result = new byte[height * width * channels];
        for (int i = 0; i < outRows; i++) {
            int at = (((height - outRows) / 2 + i) * width + (width - outColumns) / 2) * channels;
            for (int j = 0; j < outColumns; j++, at += channels) {
                if (image.bands == null) {
                    sum(image.argb, top * columns + left, columns, y, i, x, j, channels, image.order, result, at);
                } else {
                    sumBands(image.bands, top * columns + left, columns, y, i, x, j, channels, result, at);
                }
            }
        }
        return result;
    }

    /** One output pixel: (sum of wy * wx * p + T / 2) / T per channel, clamped to 0..255. */
    private static void sum(
            int[] argb, int origin, int columns, Axis y, int i, Axis x, int j, int channels, int[] order,
            byte[] result, int at) {
        long first = 0;
        long second = 0;
        long third = 0;
        for (int a = i * y.taps; a < (i + 1) * y.taps; a++) {
            long one = 0;
            long two = 0;
            long three = 0;
            int row = origin + y.index[a] * columns;
            for (int b = j * x.taps; b < (j + 1) * x.taps; b++) {
                int p = argb[row + x.index[b]];
                long weight = x.weight[b];
                if (channels == 1) {
                    one += weight * gray(p);
                } else {
                    one += weight * (p >> order[0] & 0xff);
                    two += weight * (p >> order[1] & 0xff);
                    three += weight * (p >> order[2] & 0xff);
                }
            }
            first += y.weight[a] * one;
            second += y.weight[a] * two;
            third += y.weight[a] * three;
        }
        long total = y.total * x.total;
        result[at] = clamped(first, total);
        if (channels == 3) {
            result[at + 1] = clamped(second, total);
            result[at + 2] = clamped(third, total);
        }
    }

    /** As {@link #sum}, of an array: one channel after the other. */
    private static void sumBands(
            byte[] bands, int origin, int columns, Axis y, int i, Axis x, int j, int channels, byte[] result, int at) {
        long total = y.total * x.total;
        for (int channel = 0; channel < channels; channel++) {
            long sum = 0;
            for (int a = i * y.taps; a < (i + 1) * y.taps; a++) {
                long part = 0;
                int row = origin + y.index[a] * columns;
                for (int b = j * x.taps; b < (j + 1) * x.taps; b++) {
                    part += x.weight[b] * (long) (bands[(row + x.index[b]) * channels + channel] & 0xff);
                }
                sum += y.weight[a] * part;
            }
            result[at + channel] = clamped(sum, total);
        }
    }

    private static byte clamped(long sum, long total) {
        long value = sum + total / 2;
        return (byte) (value < 0 ? 0 : Math.min(255, value / total));
    }

    private static int gray(int p) {
        return (19595 * (p >> 16 & 0xff) + 38470 * (p >> 8 & 0xff) + 7471 * (p & 0xff) + 32768) >> 16;
    }

    /** The image on black, as the build reads images with alpha; the array itself when it has none. */
    private static int[] onBlack(int[] argb) {
        int all = 0xff000000;
        int any = 0;
        for (int p : argb) {
            all &= p;
            any |= p;
        }
        if (all == 0xff000000) {
            return argb;
        }
        if (any >>> 24 == 0) {
            throw new IllegalArgumentException("every pixel is transparent: opaque pixels are 0xffRRGGBB");
        }
        int[] opaque = new int[argb.length];
        for (int i = 0; i < argb.length; i++) {
            int alpha = argb[i] >>> 24;
            for (int shift = 0; shift < 24; shift += 8) {
                opaque[i] |= ((argb[i] >> shift & 0xff) * alpha + 127) / 255 << shift;
            }
        }
        return opaque;
    }

    private static int rounded(long dividend, int divisor) {
        return (int) Math.max(1, (2 * dividend + divisor) / (2L * divisor));
    }

    private static void check(int[] argb, int columns, int rows) {
        if (columns < 1 || rows < 1 || (long) columns * rows != argb.length) {
            throw new IllegalArgumentException(
                    "an image of " + columns + " x " + rows + " does not have " + argb.length + " pixels");
        }
    }

    /** Source positions and weights of the output positions along one axis. */
    private static final class Axis {
        final int taps;
        final int[] index;
        final int[] weight;
        long total;

        Axis(int wanted, int taps) {
            this.taps = taps;
            this.index = new int[wanted * taps];
            this.weight = new int[wanted * taps];
        }

        void set(int at, long position, long value, int source) {
            index[at] = (int) Math.max(0, Math.min(source - 1, position));
            weight[at] = (int) value;
        }
    }

    private static Axis axis(int source, int wanted, String resize) {
        Axis axis;
        if (source == wanted || "nearest".equals(resize)) {
            axis = new Axis(wanted, 1);
            for (int i = 0; i < wanted; i++) {
                axis.set(i, (2L * i + 1) * source / (2L * wanted), 1, source);
            }
        } else if ("area".equals(resize)) {
            axis = area(source, wanted);
        } else {
            axis = interpolation(source, wanted, "bicubic".equals(resize));
        }
        for (int tap = 0; tap < axis.taps; tap++) {
            axis.total += axis.weight[tap];
        }
        return axis;
    }

    private static Axis area(int source, int wanted) {
        int taps = 1;
        for (int i = 0; i < wanted; i++) {
            long first = (long) i * source / wanted;
            long last = ((i + 1L) * source - 1) / wanted;
            taps = Math.max(taps, (int) (last - first) + 1);
        }
        Axis axis = new Axis(wanted, taps);
        for (int i = 0; i < wanted; i++) {
            long start = (long) i * source;
            long end = start + source;
            for (int tap = 0; tap < taps; tap++) {
                long pixel = start / wanted + tap;
                long overlap = Math.min(end, (pixel + 1) * wanted) - Math.max(start, pixel * wanted);
                axis.set(i * taps + tap, pixel, Math.max(0, overlap), source);
            }
        }
        return axis;
    }

    private static Axis interpolation(int source, int wanted, boolean cubic) {
        int taps = cubic ? 4 : 2;
        Axis axis = new Axis(wanted, taps);
        long whole = 2L * wanted;
        for (int i = 0; i < wanted; i++) {
            long centre = (2L * i + 1) * source - wanted;
            long left = floorDivide(centre, whole);
            long rest = centre - whole * left;
            long start = cubic ? left - 1 : left;
            long[] weights = cubic ? cubicWeights(rest, whole, start, source) : linearWeights(rest, whole);
            for (int tap = 0; tap < taps; tap++) {
                axis.set(i * taps + tap, start + tap, weights[tap], source);
            }
        }
        return axis;
    }

    private static long[] linearWeights(long rest, long whole) {
        long fraction = (rest * UNIT + whole / 2) / whole;
        return new long[] {UNIT - fraction, fraction};
    }

    /** Keys' kernel with a = -1/2 at rest / whole, every value times 2 * whole cubed. */
    private static long[] cubicWeights(long rest, long whole, long start, int source) {
        long[] distances = {whole + rest, rest, whole - rest, 2 * whole - rest};
        long[] exact = new long[4];
        long total = 0;
        for (int tap = 0; tap < 4; tap++) {
            if (start + tap >= 0 && start + tap < source) {
                exact[tap] = keys(distances[tap], whole);
                total += exact[tap];
            }
        }
        long[] weights = new long[4];
        long sum = 0;
        int largest = 0;
        for (int tap = 0; tap < 4; tap++) {
            weights[tap] = floorDivide(2 * UNIT * exact[tap] + total, 2 * total);
            sum += weights[tap];
            if (weights[tap] > weights[largest]) {
                largest = tap;
            }
        }
        weights[largest] += UNIT - sum;
        return weights;
    }

    private static long keys(long x, long q) {
        if (x <= q) {
            return 3 * x * x * x - 5 * x * x * q + 2 * q * q * q;
        }
        if (x < 2 * q) {
            return -x * x * x + 5 * x * x * q - 8 * x * q * q + 4 * q * q * q;
        }
        return 0;
    }

    private static long floorDivide(long dividend, long divisor) {
        long quotient = dividend / divisor;
        return dividend % divisor < 0 ? quotient - 1 : quotient;
    }
}
