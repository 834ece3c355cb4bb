package dev.espalier.models.template_name;

/** The bytes of a picture, of the model's output bytes. */
public final class Picture {
    private static final String[] WORDS = "@picture@".split("\t");
    /** Rows of the picture. */
    public static final int ROWS = Integer.parseInt(WORDS[0]);
    /** Columns of the picture. */
    public static final int COLUMNS = Integer.parseInt(WORDS[1]);
    /** Bytes of each pixel, in the order of the network. */
    public static final int CHANNELS = Integer.parseInt(WORDS[2]);

    private Picture() {}

    /**
     * The picture, row by row, each byte from 0 (black) to 255.
     *
     * @throws IllegalArgumentException when the output has more or fewer bytes
     */
    public static byte[] paint(byte[] output) {
        if (output.length != ROWS * COLUMNS * CHANNELS) {
            throw new IllegalArgumentException(
                    "the output has " + output.length + " bytes, the picture " + ROWS * COLUMNS * CHANNELS);
        }
        byte[] shades = new byte[256];
        for (int i = 0; i < shades.length; i++) {
            shades[i] = (byte) Integer.parseInt(WORDS[3 + i]);
        }
        byte[] picture = new byte[output.length];
        for (int i = 0; i < picture.length; i++) {
            picture[i] = shades[output[i] & 0xff];
        }
        return picture;
    }
}
