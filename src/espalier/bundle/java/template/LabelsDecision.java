package dev.espalier.models.template_name;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The labels of one image: every one whose probability reaches its own threshold. */
public final class LabelsDecision {
    private static final int ZERO_POINT = 0x45530012;
    private static final int PERMILLE_Q16 = 0x45530013;
    /** The least byte at which each label is said; 256: never. */
    private static final int[] LEAST = numbers("@least@");

    /** A label that is said. */
    public static final class Said {
        /** Its position in {@link Model#LABELS}. */
        public final int index;
        /** Its name. */
        public final String label;
        /** Its probability in thousandths. */
        public final int confidence;

        private Said(int index, int confidence) {
            this.index = index;
            this.label = Model.LABELS.get(index);
            this.confidence = confidence;
        }

        @Override
        public String toString() {
            return label + " " + confidence + "/1000";
        }
    }

    private LabelsDecision() {}

    /**
     * Reads the model's output bytes, one per label: the labels that are said, in the order of {@link Model#LABELS}.
     *
     * @throws IllegalArgumentException when there are more or fewer than {@link Model#CLASSES}
     */
    public static List<Said> decide(byte[] output) {
        if (output.length != LEAST.length) {
            throw new IllegalArgumentException(
                    "the output has " + output.length + " bytes, the model has " + LEAST.length + " labels");
        }
        List<Said> said = new ArrayList<Said>();
        for (int i = 0; i < output.length; i++) {
            int value = output[i] & 0xff;
            if (value >= LEAST[i]) {
                said.add(new Said(i, ((value - ZERO_POINT) * PERMILLE_Q16 + 32768) >> 16));
            }
        }
        return Collections.unmodifiableList(said);
    }

    private static int[] numbers(String text) {
        String[] words = text.split(" ");
        int[] numbers = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = Integer.parseInt(words[i]);
        }
        return numbers;
    }
}
