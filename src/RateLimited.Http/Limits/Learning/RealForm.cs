namespace RateLimited.Http.Limits.Learning;

/// <summary>What is learned is no whole number: it is taken down to the last bit.</summary>
internal static class RealForm
{
    public static void Real(this StateForm form, ref double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        form.Number(ref bits);
        value = BitConverter.Int64BitsToDouble(bits);
    }
}
