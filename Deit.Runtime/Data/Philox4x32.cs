namespace Deit.Data;

/// <summary>
/// Philox4x32-10, a keyed bijection of 128 bits whose outputs for successive counters are random numbers (Salmon, Moraes,
/// Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// </summary>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    // Weyl sequence of the key: the golden ratio and the square root of three less one, in 32 bits.
    private const uint KeyStep0 = 0x9E3779B9;
    private const uint KeyStep1 = 0xBB67AE85;

    /// <summary>The block of four 32-bit words at <paramref name="counter"/>; the lowest bits are the first word, in and out.</summary>
    public static UInt128 Block(UInt128 counter, ulong key)
    {
        (uint word0, uint word1) = ((uint)counter, (uint)(counter >> 32));
        (uint word2, uint word3) = ((uint)(counter >> 64), (uint)(counter >> 96));
        (uint key0, uint key1) = ((uint)key, (uint)(key >> 32));
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * word0;
            ulong product1 = (ulong)Multiplier1 * word2;
            word0 = (uint)(product1 >> 32) ^ word1 ^ key0;
            word1 = (uint)product1;
            word2 = (uint)(product0 >> 32) ^ word3 ^ key1;
            word3 = (uint)product0;
            key0 = unchecked(key0 + KeyStep0);
            key1 = unchecked(key1 + KeyStep1);
        }

        return new UInt128(((ulong)word3 << 32) | word2, ((ulong)word1 << 32) | word0);
    }
}
