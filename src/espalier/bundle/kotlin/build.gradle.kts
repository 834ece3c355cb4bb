plugins {
    id("com.android.application") version "@AGP@"
    id("org.jetbrains.kotlin.plugin.compose") version "@KOTLIN@"
}

android {
    namespace = "@PACKAGE@.app"
    compileSdk = @COMPILE_SDK@
    defaultConfig {
        applicationId = "@PACKAGE@.app"
        minSdk = @LITERT_MIN_SDK@
        targetSdk = @COMPILE_SDK@
        versionCode = 1
        versionName = "@VERSION@"
        testInstrumentationRunner = "androidx.test.runner.AndroidJUnitRunner"
    }
    buildFeatures { compose = true }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

dependencies {
    implementation("@GROUP@:@NAME@:@VERSION@")
    implementation("com.google.ai.edge.litert:litert:@LITERT@")
    implementation("androidx.activity:activity-compose:@ACTIVITY@")
    implementation(platform("androidx.compose:compose-bom:@COMPOSE@"))
    implementation("androidx.compose.material3:material3")
    implementation("androidx.camera:camera-camera2:@CAMERAX@")
    implementation("androidx.camera:camera-lifecycle:@CAMERAX@")
    implementation("androidx.camera:camera-compose:@CAMERAX@")
}
