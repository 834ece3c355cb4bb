package @PACKAGE@.app

import android.content.Context
import com.google.android.gms.litert.LiteRt

/** The same model on the LiteRT of Google Play services, which is not in the APK; `ready` is called on the main thread. */
fun withPlayServices(context: Context, ready: (ModelRunner) -> Unit, failed: (Exception) -> Unit) {
    LiteRt.initialize(context)
        .addOnSuccessListener { environment -> ready(CompiledModelRunner(context, environment)) }
        .addOnFailureListener { problem -> failed(problem) }
}
