package import SkepModel
package import SkepStorage

extension MemoryStorageIO {
    /// Replaces the bytes of a file, as damage would; makes it if it is not there.
    ///
    /// Those who opened the file before keep what they opened.
    package func overwrite(_ path: String, with bytes: [UInt8]) throws(SkepError) {
        let file = try create(path)
        try bytes.withUnsafeBufferPointer { (bytes) throws(SkepError) in
            try file.append(UnsafeRawBufferPointer(bytes))
        }
        try file.close()
    }

    /// The files as they are now, without the locks: what a process leaves that dies.
    package func copy() throws(SkepError) -> MemoryStorageIO {
        let copy = MemoryStorageIO()
        for path in paths {
            try copy.createDirectory(StorePath.directory(of: path))
            try copy.overwrite(path, with: read(path))
        }
        return copy
    }
}
