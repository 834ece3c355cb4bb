package dev.espalier.models.template_name;

import java.util.Locale;

/** What the model says about one image. */
public final class Decision {
    /** Position of the most probable class; the first of equals. */
    public final int index;
    /** Its label. */
    public final String label;
    /** Its probability, 0 to 1. */
    public final double confidence;
    /** True when the probability is below {@link Model#THRESHOLD}: let a person look. */
    public final boolean review;

    private Decision(int index, double confidence) {
        this.index = index;
        this.label = Model.LABELS.get(index);
        this.confidence = confidence;
        this.review = confidence < Model.THRESHOLD;
    }

    /**
     * Reads the model's output bytes, one per class.
     *
     * @throws IllegalArgumentException when there are more or fewer than {@link Model#CLASSES}
     */
    public static Decision decide(byte[] output) {
        double[] confidences = confidences(output);
        int best = 0;
        for (int i = 1; i < confidences.length; i++) {
            if (confidences[i] > confidences[best]) {
                best = i;
            }
        }
        return new Decision(best, confidences[best]);
    }

    /** The probability of every class, in the order of {@link Model#LABELS}. */
    public static double[] confidences(byte[] output) {
        if (output.length != Model.CLASSES) {
            throw new IllegalArgumentException(
                    "the output has " + output.length + " bytes, the model has " + Model.CLASSES + " classes");
        }
        double[] confidences = new double[output.length];
        for (int i = 0; i < output.length; i++) {
            confidences[i] = ((output[i] & 0xff) - Model.OUTPUT_ZERO_POINT) * Model.OUTPUT_SCALE;
        }
        return confidences;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.3f%s", label, confidence, review ? " (review)" : "");
    }
}
