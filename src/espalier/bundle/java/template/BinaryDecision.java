package dev.espalier.models.template_name;

import java.util.Locale;

/** What the model says about one image: yes or no. */
public final class BinaryDecision {
    private static final int POSITIVE = 0x45530010;
    private static final int REVIEW = 0x45530011;
    private static final int ZERO_POINT = 0x45530012;
    private static final int PERMILLE_Q16 = 0x45530013;

    /** 1 for yes, the second label; 0 for no, the first. */
    public final int index;
    /** The label. */
    public final String label;
    /** Its probability in thousandths. */
    public final int confidence;
    /** True when neither label reaches {@link Model#THRESHOLD}: let a person look. */
    public final boolean review;

    private BinaryDecision(int index, int confidence, boolean review) {
        this.index = index;
        this.label = Model.LABELS.get(index);
        this.confidence = confidence;
        this.review = review;
    }

    /**
     * Reads the model's two output bytes.
     *
     * @throws IllegalArgumentException when there are more or fewer
     */
    public static BinaryDecision decide(byte[] output) {
        if (output.length != 2) {
            throw new IllegalArgumentException("the output has " + output.length + " bytes, the model has 2");
        }
        int index = (output[1] & 0xff) >= POSITIVE ? 1 : 0;
        int confidence = (((output[index] & 0xff) - ZERO_POINT) * PERMILLE_Q16 + 32768) >> 16;
        return new BinaryDecision(index, confidence, Math.max(output[0] & 0xff, output[1] & 0xff) < REVIEW);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.3f%s", label, confidence / 1000.0, review ? " (review)" : "");
    }
}
