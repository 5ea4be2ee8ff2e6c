import Testing

@testable import SkepCLI

@Suite struct DisplayTextTests {
    @Test func spellsOutWhatControlsATerminal() {
        #expect(DisplayText.escaped("a\u{1B}[31m\tb\r\n") == "a\\u{1b}[31m\\tb\\r\\n")
        #expect(DisplayText.escaped("x\u{9B}y\u{202E}z") == "x\\u{9b}y\\u{202e}z")
        #expect(DisplayText.escaped("Zürich 東京 🙂") == "Zürich 東京 🙂")
    }

    @Test func countsTheColumnsOfWideAndCombiningCharacters() {
        #expect(DisplayText.width("abc") == 3)
        #expect(DisplayText.width("東京") == 4)
        #expect(DisplayText.width("e\u{301}") == 1)
        #expect(DisplayText.cut("東京都", to: 5) == "東京…")
        #expect(DisplayText.cut("abc", to: 3) == "abc")
    }
}
