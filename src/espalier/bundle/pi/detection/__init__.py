"""What a Raspberry Pi's program needs beside `device` when the model finds boxes."""
