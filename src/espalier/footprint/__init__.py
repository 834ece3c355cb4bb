"""What a program will take, added up without a compiler: bytes by the kernels' sizes, instructions by the kernels' prices."""
