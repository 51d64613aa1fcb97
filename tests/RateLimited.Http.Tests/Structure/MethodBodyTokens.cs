using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace RateLimited.Http.Tests.Structure;

/// <summary>The metadata tokens that a method's instructions name: types, methods, fields and call-site signatures.</summary>
internal static class MethodBodyTokens
{
    private const byte TwoByteMark = 0xFE;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static code => (int)(ushort)code.Value, static code => code.OperandType);

    public static List<EntityHandle> Of(ReadOnlySpan<byte> code)
    {
        var tokens = new List<EntityHandle>();
        while (!code.IsEmpty)
        {
            var isTwoBytes = code[0] == TwoByteMark;
            var operand = Operands[isTwoBytes ? (TwoByteMark << 8) | code[1] : code[0]];
            code = code[(isTwoBytes ? 2 : 1)..];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineSig or OperandType.InlineTok or OperandType.InlineType)
            {
                tokens.Add(MetadataTokens.EntityHandle(BinaryPrimitives.ReadInt32LittleEndian(code)));
            }

            code = code[SizeOf(operand, code)..];
        }

        return tokens;
    }

    private static int SizeOf(OperandType operand, ReadOnlySpan<byte> rest) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineSig or OperandType.InlineTok or OperandType.InlineType => 4,
        OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(rest)),
        _ => throw new InvalidDataException($"{operand} is not an operand this reader knows."),
    };
}
