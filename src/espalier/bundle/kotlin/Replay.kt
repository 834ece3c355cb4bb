package @PACKAGE@.app

import @PACKAGE@.SelfTest
import android.graphics.Bitmap
import android.graphics.ImageFormat
import androidx.camera.core.ImageInfo
import androidx.camera.core.ImageProxy
import java.nio.ByteBuffer
import java.security.MessageDigest
import kotlin.system.exitProcess

/** Keeps what it is fed; answers with as many zeros as the outputs have bytes. */
private class Recorder(private val sizes: List<Int>) : ModelRunner {
    var fed = ByteArray(0)

    override fun run(input: ByteArray): List<ByteArray> {
        fed = input
        return sizes.map { ByteArray(it) }
    }

    override fun close() {}
}

private class Plane(override val buffer: ByteBuffer, override val rowStride: Int, override val pixelStride: Int) :
    ImageProxy.PlaneProxy

private class Frame(
    override val format: Int,
    override val width: Int,
    override val height: Int,
    override val planes: Array<ImageProxy.PlaneProxy>,
    degrees: Int,
) : ImageProxy {
    override val imageInfo = object : ImageInfo { override val rotationDegrees = degrees }

    override fun close() {}
}

private fun file(name: String): ByteArray = SelfTest::class.java.getResourceAsStream("golden/$name")!!.use { it.readBytes() }

private fun hex(bytes: ByteArray): String =
    MessageDigest.getInstance("SHA-256").digest(bytes).joinToString("") { "%02x".format(it) }

private fun frame(fields: List<String>): Frame {
    val (columns, rows, stride, chromaRows, chroma, degrees) = Six(fields.subList(2, 8).map { it.toInt() })
    val data = file(fields[1])
    var at = 0
    val buffers = fields.drop(9).map { size -> ByteBuffer.wrap(data, at, size.toInt()).slice().also { at += size.toInt() } }
    if (buffers.size == 1) return Frame(1, columns, rows, arrayOf(Plane(buffers[0], stride, 4)), degrees)
    val planes = arrayOf<ImageProxy.PlaneProxy>(
        Plane(buffers[0], stride, 1), Plane(buffers[1], chromaRows, chroma), Plane(buffers[2], chromaRows, chroma),
    )
    return Frame(ImageFormat.YUV_420_888, columns, rows, planes, degrees)
}

private class Six(private val all: List<Int>) {
    operator fun component1() = all[0]
    operator fun component2() = all[1]
    operator fun component3() = all[2]
    operator fun component4() = all[3]
    operator fun component5() = all[4]
    operator fun component6() = all[5]
}

fun main(arguments: Array<String>) {
    val recorder = Recorder(arguments.map { it.toInt() })
    val model = PictureModel(recorder)
    var wrong = 0
    var count = 0
    for (line in file("golden.tsv").decodeToString().lines()) {
        val fields = line.split("\t")
        val wanted: String
        if (fields[0] == "case") {
            val rgb = file(fields[4])
            val argb = IntArray(rgb.size / 3) { i ->
                (0xff shl 24) or ((rgb[3 * i].toInt() and 0xff) shl 16) or ((rgb[3 * i + 1].toInt() and 0xff) shl 8) or
                    (rgb[3 * i + 2].toInt() and 0xff)
            }
            val config = if (count % 2 == 0) Bitmap.Config.ARGB_8888 else Bitmap.Config.HARDWARE
            model.ask(Bitmap(fields[3].toInt(), fields[2].toInt(), argb, config))
            wanted = hex(file(fields[5]))
        } else if (fields[0] == "frame") {
            frame(fields).use { model.ask(it) }
            wanted = fields[8]
        } else {
            continue
        }
        count++
        if (hex(recorder.fed) != wanted) {
            wrong++
            println("${fields[0]} ${fields[1]} gives other bytes than the build")
        }
    }
    model.close()
    println("replayed $count, $wrong wrong")
    exitProcess(if (wrong == 0 && count > 0) 0 else 1)
}
