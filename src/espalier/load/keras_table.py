"""The allow-list: which Keras objects may stand in a model's configuration, and what to say of the others.

A layer is named by (module, class). The modules are names to compare, never imported from the file.
"""

from __future__ import annotations


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


LAYERS: frozenset[str] = names(
    """
    InputLayer Identity Activation Add Average Concatenate Dot Maximum Minimum Multiply Subtract
    Conv1D Conv2D Conv1DTranspose Conv2DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D
    Dense EinsumDense Embedding
    BatchNormalization LayerNormalization GroupNormalization UnitNormalization RMSNormalization
    AdditiveAttention Attention MultiHeadAttention GroupQueryAttention
    AveragePooling1D AveragePooling2D MaxPooling1D MaxPooling2D AdaptiveAveragePooling2D AdaptiveMaxPooling2D
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D
    Flatten Reshape Permute RepeatVector Cropping1D Cropping2D ZeroPadding1D ZeroPadding2D UpSampling1D UpSampling2D
    ELU LeakyReLU PReLU ReLU Softmax
    ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise
    SpatialDropout1D SpatialDropout2D
    Rescaling Normalization Resizing CenterCrop
    RandomBrightness RandomContrast RandomCrop RandomFlip RandomHue RandomRotation
    RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom RandomColorJitter RandomErasing
    RandomGrayscale RandomInvert RandomPosterization RandomGaussianBlur RandomPerspective
    """
)
"""Layers of image classifiers, by their class in keras.layers."""

NOT_COMPILED: dict[str, str] = {
    "Embedding": "it takes whole numbers, not an image",
}
"""Layers of LAYERS that no int8 program is made of, and why; the others compile (a test builds each)."""

MODELS: frozenset[str] = frozenset({"Functional", "Model", "Sequential"})

ACTIVATION_LAYERS: frozenset[str] = frozenset({"ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "Activation"})
"""Layers that may stand where an activation is named."""

APPLICATION_LAYERS: dict[str, str] = {
    "LayerScale": "keras.src.applications.convnext",
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
}
"""Layers that Keras' own image models define beside keras.layers, and the Keras 3 module that has them."""

LAYER_MODULES: frozenset[str] = frozenset(
    {
        "keras.layers",
        "keras.layers.experimental.preprocessing",
        "keras.src.applications.convnext",
        "keras.src.applications.inception_resnet_v2",
        "keras.applications.convnext",
        "keras.applications.inception_resnet_v2",
        "tf_keras.src.applications.convnext",
        "tf_keras.src.applications.inception_resnet_v2",
        "tf_keras.layers",
    }
)
MODEL_MODULES: frozenset[str] = frozenset(
    {
        "keras",
        "keras.models",
        "tf_keras",
        "keras.src.models.functional",
        "keras.src.models.model",
        "keras.src.models.sequential",
        "keras.src.engine.functional",
        "keras.src.engine.sequential",
        "keras.engine.functional",
        "keras.engine.sequential",
        "tf_keras.src.engine.functional",
        "tf_keras.src.engine.sequential",
    }
)

OPERATIONS: dict[str, frozenset[str]] = {
    "keras.src.ops.numpy": names(
        """
        Absolute Add Average BroadcastTo Clip Concatenate Divide Dot Einsum Exp ExpandDims Flip GetItem Log Log1p
        Matmul Max Maximum Mean Min Minimum Moveaxis Multiply Negative OnesLike Pad Power Prod Ravel Reciprocal
        Repeat Reshape Roll Round Sign Split Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes Take Tanh Tensordot
        Tile Transpose TrueDivide Var Vdot Where ZerosLike Hstack Vstack Cos Sin Floor Ceil Greater Less
        GreaterEqual LessEqual Equal NotEqual LogicalAnd LogicalOr LogicalNot Amax Amin Argmax
        """
    ),
    "keras.src.ops.nn": names(
        """
        AveragePool Celu Conv ConvTranspose DepthToSpace DepthwiseConv DotProductAttention Elu Gelu Glu HardSigmoid
        HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool Normalize Relu Relu6 RMSNorm Selu
        SeparableConv Sigmoid Silu Softmax Softplus Softsign SpaceToDepth Threshold
        """
    ),
    "keras.src.ops.core": frozenset({"Cast", "ConvertToTensor", "Slice", "StopGradient", "Unstack"}),
    "keras.src.ops.image": frozenset(
        {"CropImages", "ExtractPatches", "PadImages", "Resize", "RGBToGrayscale"}
    ),
    "keras.src.ops.math": frozenset({"Erf", "Logsumexp", "Rsqrt"}),
}
"""Operations of keras.ops that a functional model may contain as nodes."""

TF_LAYERS: frozenset[str] = frozenset({"TFOpLambda", "SlicingOpLambda"})
"""Layers of Keras 2 that call a function of TensorFlow by its name."""

TF_OPERATIONS: dict[str, tuple[str, str]] = {
    "__operators__.add": ("keras.src.ops.numpy", "Add"),
    "math.add": ("keras.src.ops.numpy", "Add"),
    "__operators__.sub": ("keras.src.ops.numpy", "Subtract"),
    "math.subtract": ("keras.src.ops.numpy", "Subtract"),
    "math.multiply": ("keras.src.ops.numpy", "Multiply"),
    "math.truediv": ("keras.src.ops.numpy", "TrueDivide"),
    "math.divide": ("keras.src.ops.numpy", "Divide"),
    "math.negative": ("keras.src.ops.numpy", "Negative"),
    "math.maximum": ("keras.src.ops.numpy", "Maximum"),
    "math.minimum": ("keras.src.ops.numpy", "Minimum"),
    "math.sigmoid": ("keras.src.ops.nn", "Sigmoid"),
    "math.tanh": ("keras.src.ops.numpy", "Tanh"),
    "nn.relu": ("keras.src.ops.nn", "Relu"),
    "nn.relu6": ("keras.src.ops.nn", "Relu6"),
    "nn.softmax": ("keras.src.ops.nn", "Softmax"),
    "nn.silu": ("keras.src.ops.nn", "Silu"),
    "nn.bias_add": ("keras.src.ops.numpy", "Add"),
    "__operators__.getitem": ("keras.src.ops.numpy", "GetItem"),
}
"""TFOpLambda nodes of Keras 2 files that mean exactly one Keras 3 operation, by the function they name."""

ACTIVATIONS: frozenset[str] = names(
    """
    linear relu relu6 sigmoid softmax tanh elu selu gelu silu swish hard_sigmoid hard_silu hard_swish softplus
    softsign exponential leaky_relu mish log_softmax log_sigmoid celu glu hard_tanh squareplus
    """
)
INITIALIZERS: frozenset[str] = names(
    """
    Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling GlorotNormal GlorotUniform
    HeNormal HeUniform LecunNormal LecunUniform Orthogonal Identity OrthogonalInitializer IdentityInitializer
    """
)
INITIALIZER_MODULES: frozenset[str] = frozenset(
    {
        "keras.initializers",
        "tf_keras.initializers",
        "tensorflow.python.ops.init_ops_v2",
        "keras.src.initializers",
    }
)
REGULARIZERS: frozenset[str] = frozenset({"L1", "L2", "L1L2", "OrthogonalRegularizer"})
REGULARIZER_MODULES: frozenset[str] = frozenset({"keras.regularizers", "tf_keras.regularizers"})
CONSTRAINTS: frozenset[str] = frozenset({"MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"})
CONSTRAINT_MODULES: frozenset[str] = frozenset({"keras.constraints", "tf_keras.constraints"})
ACTIVATION_MODULES: frozenset[str] = frozenset({"keras.activations", "tf_keras.activations", "builtins"})

FLOAT_POLICIES: frozenset[str] = frozenset(
    {"float32", "mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"}
)
"""Precisions a layer may be saved in; all are computed in float32 here."""

DTYPES: frozenset[str] = frozenset(
    {"float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"}
)

TEXTS: dict[str, frozenset[str]] = {
    "padding": frozenset({"valid", "same", "causal"}),
    "data_format": frozenset({"channels_last"}),
    "interpolation": frozenset({"nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5"}),
    "fill_mode": frozenset({"constant", "nearest", "reflect", "wrap"}),
    "mode": frozenset(
        {"horizontal", "vertical", "horizontal_and_vertical", "constant", "reflect", "symmetric"}
    ),
    "score_mode": frozenset({"dot", "concat"}),
    "quantization_mode": frozenset(),
    "rounding_mode": frozenset(),
    "pooling": frozenset({"avg", "max"}),
    "attention_axes": frozenset(),
    "dtype": DTYPES,
}
"""Arguments that are words: argument -> the words it may be."""

_NOT_IMAGE = "an image classifier has none; remove it from the model, feed pixels, and save again"
_SEQUENCE = (
    "the model reads its input as a sequence (text or digits in a picture, speech, video); one label per image is "
    "supported, by layers without recurrence: its float model runs in LiteRT as it is"
)

QUANTIZERS: dict[str, str] = {
    "tensorflow_model_optimization": "tfmot",
    "tfmot": "tfmot",
    "qkeras": "QKeras",
    "larq": "Larq",
    "vitis": "Vitis AI",
    "vai": "Vitis AI",
    "nncf": "NNCF",
    "aimet": "AIMET",
    "model_compression_toolkit": "the Model Compression Toolkit",
    "mct_quantizers": "the Model Compression Toolkit",
    "quantizeml": "quantizeml",
    "hgq": "HGQ",
    "keras.quantizers": "Keras",
    "keras.src.quantizers": "Keras",
    "keras.src.dtype_policies": "Keras",
}
"""Packages that quantize Keras models: the beginning of a module or of a registered name -> the product."""
QUANTIZED_CLASS = r"(?i)quant|\AQ(Conv|Dense|Activation|BatchNorm|DepthwiseConv|SeparableConv)|\AH(Conv|Dense|Quantize)|NNCF"
"""Names of classes that quantize, whoever made them."""
QUANTIZED = "save the float model, without the layers of quantization: Espalier quantizes it itself"

REFUSED: dict[str, str] = {
    "Lambda": (
        "it holds Python code; replace it by a stock layer (Rescaling, Activation, keras.ops calls) and save again"
    ),
    "KerasLayer": (
        "it loads a TensorFlow Hub module, a program that is not in this file; take the same network from "
        "keras.applications, train its end again, and save"
    ),
    "ModuleWrapper": "it is a layer of another Keras (`keras` and `tf.keras` mixed); import all from one, and save again",
    "TFSMLayer": "it runs a SavedModel, which is a program; rebuild that part from layers",
    "TFOpLambda": "it calls a TensorFlow function by name; replace it by a layer or a keras.ops call and save again",
    "SlicingOpLambda": "it slices by a TensorFlow function; replace it by Cropping2D or Reshape and save again",
    "TensorFlowOpLayer": "it holds a TensorFlow graph node; replace it by a layer and save again",
    "StringLookup": "it reads vocabularies from files or addresses; " + _NOT_IMAGE,
    "IntegerLookup": "it reads vocabularies from files or addresses; " + _NOT_IMAGE,
    "TextVectorization": "it reads vocabularies from files or addresses; " + _NOT_IMAGE,
    "Hashing": _NOT_IMAGE,
    "TorchModuleWrapper": "it holds a PyTorch module (a pickle); rebuild that part from layers",
    "FlaxLayer": "it holds JAX code; rebuild that part from layers",
    "JaxLayer": "it holds JAX code; rebuild that part from layers",
    "PruneLowMagnitude": "it is the training wrapper of tfmot; call `tfmot.sparsity.keras.strip_pruning(model)` and save",
    "ClusterWeights": "it is the training wrapper of tfmot; call `tfmot.clustering.keras.strip_clustering(model)` and save",
    "LocallyConnected1D": "Keras 3 has no layer with weights of its own per position; use Conv1D and train again",
    "LocallyConnected2D": "Keras 3 has no layer with weights of its own per position; use Conv2D and train again",
    "SpectralNormalization": "it changes the weights in training; put the inner layer with its weights in its place",
    "Masking": "it leaves out steps of a sequence; an image has none, so remove it and save again",
    "Discretization": _NOT_IMAGE,
    "CategoryEncoding": _NOT_IMAGE,
    **dict.fromkeys(
        names("TimeDistributed Bidirectional RNN LSTM GRU SimpleRNN ConvLSTM1D ConvLSTM2D ConvLSTM3D LSTMCell GRUCell"),
        _SEQUENCE,
    ),
}
"""Classes with a known way out: class -> why it is refused and what to do."""
CUSTOM = (
    "rebuild that part from stock layers, or load the model with its code where you trained it, replace the layer, "
    "and save again"
)
