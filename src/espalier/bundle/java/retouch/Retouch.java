package dev.espalier.models.template_name;

/** Smoothing and balance of a prepared image, in integers: equal to the build's own bit by bit. */
public final class Retouch {
    /** How an image is smoothed: none, gaussian or median. */
    public static final String SMOOTH = "@smooth@";
    /** How brightness and contrast are balanced: none, per-image, min-max or equalize. */
    public static final String BALANCE = "@balance@";

    private Retouch() {}

    /**
     * Changes an image in place.
     *
     * @param image height * width * channels bytes
     * @param top first row of the picture; beside it is what padding added
     * @param left first column of the picture
     * @param rows rows of the picture
     * @param columns columns of the picture
     */
    static void apply(
            byte[] image, int width, int channels, int top, int left, int rows, int columns, String smooth,
            String balance) {
        int origin = (top * width + left) * channels;
        int stride = width * channels;
        int length = columns * channels;
        if (!"none".equals(smooth)) {
            smooth(image, origin, stride, rows, length, channels, "median".equals(smooth));
        }
        if ("per-image".equals(balance)) {
            replace(image, 0, stride, image.length / stride, stride, 1, balance);
        } else if ("min-max".equals(balance)) {
            replace(image, origin, stride, rows, length, 1, balance);
        } else if ("equalize".equals(balance)) {
            for (int channel = 0; channel < channels; channel++) {
                replace(image, origin + channel, stride, rows, length - channel, channels, balance);
            }
        }
    }

    private static void smooth(
            byte[] image, int origin, int stride, int rows, int length, int channels, boolean median) {
        int[] above = new int[length];
        int[] here = new int[length];
        int[] below = new int[length];
        for (int y = 0; y < rows; y++) {
            int at = origin + y * stride;
            for (int i = 0; i < length; i++) {
                above[i] = y > 0 ? here[i] : image[at + i] & 0xff;
                here[i] = image[at + i] & 0xff;
                below[i] = y + 1 < rows ? image[at + stride + i] & 0xff : here[i];
            }
            for (int i = 0; i < length; i++) {
                int a = i >= channels ? i - channels : i;
                int b = i + channels < length ? i + channels : i;
                int value;
                if (median) {
                    value = middle(
                            most(most(least(above, here, below, a), least(above, here, below, i)),
                                    least(above, here, below, b)),
                            middle(middle(above[a], here[a], below[a]), middle(above[i], here[i], below[i]),
                                    middle(above[b], here[b], below[b])),
                            Math.min(Math.min(most(above, here, below, a), most(above, here, below, i)),
                                    most(above, here, below, b)));
                } else {
                    value = (above[a] + 2 * above[i] + above[b] + 2 * here[a] + 4 * here[i] + 2 * here[b]
                            + below[a] + 2 * below[i] + below[b] + 8) >> 4;
                }
                image[at + i] = (byte) value;
            }
        }
    }

    private static int most(int a, int b) {
        return Math.max(a, b);
    }

    private static int least(int[] a, int[] b, int[] c, int i) {
        return Math.min(Math.min(a[i], b[i]), c[i]);
    }

    private static int most(int[] a, int[] b, int[] c, int i) {
        return Math.max(Math.max(a[i], b[i]), c[i]);
    }

    private static int middle(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    /** Puts table[byte] for every step-th byte of the rows from `origin` on; the table is made of their histogram. */
    private static void replace(
            byte[] image, int origin, int stride, int rows, int length, int step, String balance) {
        int[] counts = new int[256];
        for (int y = 0; y < rows; y++) {
            for (int i = 0; i < length; i += step) {
                counts[image[origin + y * stride + i] & 0xff]++;
            }
        }
        byte[] table = "per-image".equals(balance)
                ? standard(counts) : "min-max".equals(balance) ? stretched(counts) : equalized(counts);
        for (int y = 0; y < rows; y++) {
            for (int i = 0; i < length; i += step) {
                int at = origin + y * stride + i;
                image[at] = table[image[at] & 0xff];
            }
        }
    }

    private static byte[] stretched(int[] counts) {
        int low = 0;
        while (low < 255 && counts[low] == 0) {
            low++;
        }
        int high = 255;
        while (high > low && counts[high] == 0) {
            high--;
        }
        int span = high - low;
        byte[] table = new byte[256];
        for (int p = 0; p < 256; p++) {
            int inside = Math.max(0, Math.min(span, p - low));
            table[p] = (byte) (span == 0 ? p : (inside * 255 + span / 2) / span);
        }
        return table;
    }

    private static byte[] equalized(int[] counts) {
        int all = 0;
        int first = 0;
        for (int count : counts) {
            first = first == 0 ? count : first;
            all += count;
        }
        int rest = all - first;
        int seen = 0;
        byte[] table = new byte[256];
        for (int p = 0; p < 256; p++) {
            seen += counts[p];
            table[p] = (byte) (rest == 0 ? p : (Math.max(0, seen - first) * 255 + rest / 2) / rest);
        }
        return table;
    }

    private static byte[] standard(int[] counts) {
        long count = 0;
        long total = 0;
        for (int p = 0; p < 256; p++) {
            count += counts[p];
            total += (long) counts[p] * p;
        }
        // About the rounded mean, so that no product exceeds 63 bits.
        long mean = total / count;
        long squares = 0;
        for (int p = 0; p < 256; p++) {
            squares += counts[p] * (p - mean) * (p - mean);
        }
        long apart = total - mean * count;
        long spread = Math.max(count * squares - apart * apart, count);
        long scale = 1;
        while (spread < 1L << 60) {
            spread *= 4;
            scale *= 2;
        }
        long root = root(spread);
        byte[] table = new byte[256];
        for (int p = 0; p < 256; p++) {
            long dividend = 64 * scale * (count * p - total) + root;
            long quotient = dividend / (2 * root);
            long value = (dividend % (2 * root) < 0 ? quotient - 1 : quotient) + 128;
            table[p] = (byte) Math.max(0, Math.min(255, value));
        }
        return table;
    }

    /** floor(sqrt(value)) of value < 2^62, a bit at a time. */
    private static long root(long value) {
        long root = 0;
        for (long bit = 1L << 60; bit != 0; bit >>= 2) {
            if (value >= root + bit) {
                value -= root + bit;
                root = (root >> 1) + bit;
            } else {
                root >>= 1;
            }
        }
        return root;
    }
}
