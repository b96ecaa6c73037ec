"""What the kit's tables say of libraries, checked against the libraries themselves."""
