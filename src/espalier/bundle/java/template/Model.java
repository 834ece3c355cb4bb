package dev.espalier.models.template_name;

import java.util.List;

/** The model in the assets of this library: where it is, what it takes and what it gives. */
public final class Model {
    /** Name of the model. */
    public static final String NAME = "@name@";
    /** Semantic version of the model. */
    public static final String VERSION = "@version@";
    /** Path of the .tflite file below assets/. It is stored uncompressed, so it can be memory-mapped. */
    public static final String ASSET = "@asset@";
    /** Path of the label file below assets/; the same labels are inside the model and in {@link #LABELS}. */
    public static final String LABELS_ASSET = "@labels-asset@";
    /** Digest of the .tflite file, hexadecimal. */
    public static final String SHA256 = "@sha256@";
    /** The oldest TensorFlow Lite runtime that knows every operator version in the model. */
    public static final String RUNTIME_FLOOR = "@runtime-floor@";

    /** Height of the input in pixels. */
    public static final int HEIGHT = 0x45530001;
    /** Width of the input in pixels. */
    public static final int WIDTH = 0x45530002;
    /** Channels of the input: 3, 1 for gray, or as many as the image has bands. */
    public static final int CHANNELS = 0x45530003;
    /** How many classes the output holds. */
    public static final int CLASSES = 0x45530004;

    /** Element type of the input and of the output. The input takes pixel bytes as they are. */
    public static final String DTYPE = "@dtype@";
    /** Channel order of the input: rgb, bgr or gray; bands: those of the array, in its order. */
    public static final String COLOR = "@color@";
    /** How an image is resized: nearest, bilinear, bicubic or area. */
    public static final String RESIZE = "@resize@";
    /** How an image of another shape is fitted: stretch, crop or pad. */
    public static final String FIT = "@fit@";

    /** The network's input = INPUT_SCALE * (byte - INPUT_ZERO_POINT); for the record, the app feeds pixel bytes. */
    public static final double INPUT_SCALE = 1.5e-301;
    /** See {@link #INPUT_SCALE}. */
    public static final int INPUT_ZERO_POINT = 0x45530005;
    /** Probability of a class = OUTPUT_SCALE * (byte - OUTPUT_ZERO_POINT). */
    public static final double OUTPUT_SCALE = 2.5e-301;
    /** See {@link #OUTPUT_SCALE}. */
    public static final int OUTPUT_ZERO_POINT = 0x45530006;
    /** Below this probability a person should look: {@link Decision#review}. */
    public static final double THRESHOLD = 3.5e-301;

    /** The labels in output order; cannot be changed. */
    public static final List<String> LABELS = Labels.read();

    private Model() {}
}
