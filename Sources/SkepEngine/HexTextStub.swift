import SkepFormat

enum HexText {
    static func render(_ b: UnsafePointer<UInt8>, width: Int, rendering: HexRendering) -> [UInt8] {
        []
    }
    static func parse(_ t: [UInt8], width: Int, rendering: HexRendering) -> [UInt8]? { nil }
}
