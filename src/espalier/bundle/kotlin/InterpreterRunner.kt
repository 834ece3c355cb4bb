package @PACKAGE@.app

import @PACKAGE@.Model
import android.content.Context
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import org.tensorflow.lite.Interpreter

/** The Interpreter of TensorFlow Lite and LiteRT 1, for apps that have it already. */
class InterpreterRunner(context: Context) : ModelRunner {
    private val interpreter = Interpreter(
        context.assets.openFd(Model.ASSET).use {
            it.createInputStream().channel.map(FileChannel.MapMode.READ_ONLY, it.startOffset, it.declaredLength)
        }
    )
    private val outputs = (0 until interpreter.outputTensorCount).map {
        ByteBuffer.allocateDirect(interpreter.getOutputTensor(it).numBytes())
    }

    override fun run(input: ByteArray): List<ByteArray> {
        outputs.forEach { it.rewind() }
        val given = ByteBuffer.allocateDirect(input.size).put(input).rewind()
        interpreter.runForMultipleInputsOutputs(arrayOf(given), outputs.withIndex().associate { it.index to it.value })
        return outputs.map { buffer ->
            buffer.rewind()
            ByteArray(buffer.capacity()).also { buffer.get(it) }
        }
    }

    override fun close() = interpreter.close()
}
