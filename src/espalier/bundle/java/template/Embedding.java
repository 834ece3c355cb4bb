package dev.espalier.models.template_name;

/** The vector of one image, divided by its length, and the nearest of enrolled vectors; integers only. */
public final class Embedding {
    private static final int ZERO_POINT = 0x45530012;
    /** The cosine from which a vector is known, times 16384. */
    public static final int KNOWN_Q14 = 0x45530014;

    /** The nearest reference. */
    public static final class Match {
        /** Its position, the first of equals; -1 without any. */
        public final int index;
        /** The cosine of the angle to it, times 16384. */
        public final int cosine;
        /** True when the cosine reaches {@link #KNOWN_Q14}. */
        public final boolean known;

        private Match(int index, int cosine) {
            this.index = index;
            this.cosine = cosine;
            this.known = index >= 0 && cosine >= KNOWN_Q14;
        }

        @Override
        public String toString() {
            return (known ? "reference " + index : "unknown") + " " + cosine + "/16384";
        }
    }

    private Embedding() {}

    /** The output bytes divided by their length, times 16384, rounded to the nearest: what is enrolled and compared. */
    public static short[] unit(byte[] output) {
        long sum = 0;
        for (byte one : output) {
            int value = (one & 0xff) - ZERO_POINT;
            sum += (long) value * value;
        }
        long length = root(sum << 16);
        short[] unit = new short[output.length];
        for (int i = 0; i < output.length; i++) {
            int value = (output[i] & 0xff) - ZERO_POINT;
            long share = length == 0 ? 0 : (((long) Math.abs(value) << 22) + length / 2) / length;
            unit[i] = (short) (value < 0 ? -share : share);
        }
        return unit;
    }

    /**
     * The nearest of the enrolled vectors.
     *
     * @throws IllegalArgumentException when one of them has another length
     */
    public static Match nearest(short[] unit, short[][] references) {
        int best = -1;
        int most = -16384;
        for (int n = 0; n < references.length; n++) {
            if (references[n].length != unit.length) {
                throw new IllegalArgumentException(
                        "reference " + n + " has " + references[n].length + " values, the vector " + unit.length);
            }
            long sum = 8192;
            for (int i = 0; i < unit.length; i++) {
                sum += unit[i] * references[n][i];
            }
            int cosine = (int) (sum >> 14);
            if (best < 0 || cosine > most) {
                best = n;
                most = cosine;
            }
        }
        return new Match(best, most);
    }

    private static long root(long value) {
        long root = 0;
        for (long bit = 1L << 62; bit != 0; bit >>= 2) {
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
