package @PACKAGE@.app

import @PACKAGE@.CameraImage
@IMPORT@import @PACKAGE@.Preprocessor
import android.graphics.Bitmap
import android.graphics.ImageFormat
import androidx.camera.core.ImageProxy

/** Pictures in, answers out: preprocessing, model and decision as the build evaluated them. For one thread at a time. */
class PictureModel(private val runner: ModelRunner) : AutoCloseable by runner {
    /** A frame of CameraX in RGBA_8888 or YUV_420_888, turned upright by its rotation; the caller closes it. */
    fun ask(frame: ImageProxy): @TYPE@ {
        val degrees = frame.imageInfo.rotationDegrees
        val planes = frame.planes
        val input =
            if (frame.format == ImageFormat.YUV_420_888) {
                CameraImage.prepareYuv(
                    planes[0].buffer, planes[1].buffer, planes[2].buffer, frame.width, frame.height,
                    planes[0].rowStride, planes[1].rowStride, planes[1].pixelStride, degrees,
                )
            } else {
                CameraImage.prepareRgba(planes[0].buffer, frame.width, frame.height, planes[0].rowStride, degrees)
            }
        return if (degrees % 180 == 0) answer(input, frame.width, frame.height) else answer(input, frame.height, frame.width)
    }

    /** An upright bitmap of any configuration; what is transparent becomes black. */
    fun ask(bitmap: Bitmap): @TYPE@ {
        val plain = if (bitmap.config == Bitmap.Config.HARDWARE) bitmap.copy(Bitmap.Config.ARGB_8888, false) else bitmap
        val pixels = IntArray(plain.width * plain.height)
        plain.getPixels(pixels, 0, plain.width, 0, 0, plain.width, plain.height)
        return answer(Preprocessor.prepare(pixels, plain.width, plain.height), plain.width, plain.height)
    }

    @Suppress("UNUSED_PARAMETER") // boxes are in pixels of the picture, other answers are not
    private fun answer(input: ByteArray, width: Int, height: Int): @TYPE@ {
        val outputs = runner.run(input)
        return @ANSWER@
    }
}
