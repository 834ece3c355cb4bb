package @PACKAGE@.app

/** Runs the model: the bytes of its input in, the bytes of every output out. For one thread at a time. */
interface ModelRunner : AutoCloseable {
    fun run(input: ByteArray): List<ByteArray>
}
