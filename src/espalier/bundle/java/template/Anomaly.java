package dev.espalier.models.template_name;

/** Whether the difference between a picture and its image is one of a good image; integers only. */
public final class Anomaly {
    private static final int ZERO_POINT = 0x45530012;
    /** The score from which there is an alert, times 256. */
    public static final int ALERT_Q8 = 0x45530015;

    /** Mean square of the difference in steps of the output, about grey levels, times 256. */
    public final int score;
    /** True when the score reaches {@link #ALERT_Q8}. */
    public final boolean alert;

    private Anomaly(int score) {
        this.score = score;
        this.alert = score >= ALERT_Q8;
    }

    /** What the output bytes say. */
    public static Anomaly decide(byte[] output) {
        long sum = 0;
        for (byte one : output) {
            int value = (one & 0xff) - ZERO_POINT;
            sum += (long) value * value;
        }
        return new Anomaly((int) ((sum * 256 + output.length / 2) / output.length));
    }

    @Override
    public String toString() {
        return (alert ? "alert " : "good ") + score + "/256";
    }
}
