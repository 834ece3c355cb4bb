package @PACKAGE@.app

@ALSO@import android.Manifest
import android.content.pm.PackageManager
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.result.contract.ActivityResultContracts
import androidx.camera.compose.CameraXViewfinder
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.Preview
import androidx.camera.core.SurfaceRequest
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.Text
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import java.util.concurrent.Executors

/** What the camera sees, and what the model says of it. */
class MainActivity : ComponentActivity() {
    private val worker = Executors.newSingleThreadExecutor()
    private val model = lazy { PictureModel(CompiledModelRunner(this)) }
    private var said by mutableStateOf("")
    private var view: SurfaceRequest? by mutableStateOf(null)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContent {
            Column {
                view?.let { CameraXViewfinder(surfaceRequest = it, modifier = Modifier.fillMaxWidth().weight(1f)) }
                Text(said)
            }
        }
        val asked = registerForActivityResult(ActivityResultContracts.RequestPermission()) { allowed ->
            if (allowed) start() else said = "the camera is not allowed"
        }
        if (checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED) {
            start()
        } else {
            asked.launch(Manifest.permission.CAMERA)
        }
    }

    private fun start() {
        val found = ProcessCameraProvider.getInstance(this)
        found.addListener({
            val preview = Preview.Builder().build()
            preview.setSurfaceProvider { view = it }
            val frames = ImageAnalysis.Builder()
                .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
                .setOutputImageFormat(ImageAnalysis.OUTPUT_IMAGE_FORMAT_RGBA_8888)
                .build()
            frames.setAnalyzer(worker) { frame -> frame.use { said = @SAID@ } }
            found.get().bindToLifecycle(this, CameraSelector.DEFAULT_BACK_CAMERA, preview, frames)
        }, mainExecutor)
    }

    override fun onDestroy() {
        worker.execute { if (model.isInitialized()) model.value.close() }
        worker.shutdown()
        super.onDestroy()
    }
}
