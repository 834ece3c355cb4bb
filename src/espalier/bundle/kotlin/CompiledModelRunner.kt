package @PACKAGE@.app

import @PACKAGE@.Model
import android.content.Context
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.Environment

/** LiteRT 2's CompiledModel, on the CPU as the build measured it; `environment` where Google Play services bring LiteRT. */
class CompiledModelRunner(context: Context, environment: Environment? = null) : ModelRunner {
    private val model =
        CompiledModel.create(context.assets, Model.ASSET, CompiledModel.Options(Accelerator.CPU), environment)
    private val inputs = model.createInputBuffers()
    private val outputs = model.createOutputBuffers()

    override fun run(input: ByteArray): List<ByteArray> {
        inputs[0].writeInt8(input) // bytes as they are: the model's are unsigned
        model.run(inputs, outputs)
        return outputs.map { it.readInt8() }
    }

    override fun close() {
        inputs.forEach { it.close() }
        outputs.forEach { it.close() }
        model.close()
    }
}
