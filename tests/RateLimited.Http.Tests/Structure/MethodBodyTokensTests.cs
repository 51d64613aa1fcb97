using System.Reflection.Metadata.Ecma335;

namespace RateLimited.Http.Tests.Structure;

public sealed class MethodBodyTokensTests
{
    private const byte Nop = 0x00;
    private const byte LoadByte = 0x1F;
    private const byte LoadInt = 0x20;
    private const byte LoadLong = 0x21;
    private const byte Call = 0x28;
    private const byte Switch = 0x45;
    private const byte Long = 0xFE;
    private const byte LoadFunction = 0x06;
    private const byte Return = 0x2A;

    /// <summary>Operands are made of bytes that would be calls if they were taken for instructions.</summary>
    [Theory]
    [InlineData(new byte[] { Nop })]
    [InlineData(new byte[] { LoadByte, Call })]
    [InlineData(new byte[] { LoadInt, Call, Call, Call, Call })]
    [InlineData(new byte[] { LoadLong, Call, Call, Call, Call, Call, Call, Call, Call })]
    [InlineData(new byte[] { Switch, 0, 0, 0, 0 })]
    [InlineData(new byte[] { Switch, 2, 0, 0, 0, Call, Call, Call, Call, Call, Call, Call, Call })]
    public void Operands_are_stepped_over(byte[] before)
    {
        byte[] code = [.. before, Call, 0x07, 0, 0, 0x0A, Return];

        MethodBodyTokens.Of(code).Select(static token => MetadataTokens.GetToken(token)).ShouldBe([0x0A000007]);
    }

    [Fact]
    public void Two_byte_instructions_name_tokens_too() =>
        MethodBodyTokens.Of([Long, LoadFunction, 0x05, 0, 0, 0x06, Return]).Select(static token => MetadataTokens.GetToken(token)).ShouldBe([0x06000005]);
}
