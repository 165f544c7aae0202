using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>
/// Attention without a matrix of probabilities: a few queries of a head at a time meet all its keys and values, which are packed once, and
/// their scores never leave the innermost cache. The sums of the softmax divide the answers, which are fewer than the probabilities.
/// </summary>
/// <param name="queries">Tokens of an image that ask.</param>
/// <param name="tokens">Tokens of an image that answer.</param>
/// <param name="width">Columns of a head.</param>
/// <param name="heads">How many heads an image has.</param>
/// <param name="scale">The factor of the scores.</param>
/// <param name="vectors">How wide vectors may be.</param>
/// <param name="q">Queries.</param>
/// <param name="k">Keys.</param>
/// <param name="v">Values.</param>
/// <param name="y">Answers, written.</param>
internal readonly unsafe struct AttentionAnswers(
    int queries, int tokens, int width, int heads, float scale, VectorWidth vectors, HeadMatrix q, HeadMatrix k, HeadMatrix v, HeadMatrix y) : IRangeBody
{
    private const int LargestPanel = 32;

    /// <summary>Multiplications and additions that are worth a thread of their own.</summary>
    private const long Grain = 1 << 17;

    private readonly int _paddedTokens = Lanes.RoundUp(tokens, LargestPanel);
    private readonly int _paddedWidth = Lanes.RoundUp(width, LargestPanel);

    /// <summary>Queries that are answered at a time.</summary>
    private const int BlockRows = 12;

    /// <summary>Blocks of queries that a head has.</summary>
    private int Blocks => (queries + BlockRows - 1) / BlockRows;

    /// <summary>Does all heads of all images: threads share the blocks of queries.</summary>
    /// <param name="images">How many images.</param>
    public void Run(long images) => NativeParallel.For(images * heads * Blocks, Math.Max(1, Grain / ((long)BlockRows * tokens * width)), this);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long begin, long end)
    {
        float* keys = Scratch.OfPart((long)width * _paddedTokens + (long)tokens * _paddedWidth + (long)BlockRows * _paddedTokens + LargestPanel);
        float* values = keys + (long)width * _paddedTokens;
        float* scores = values + (long)tokens * _paddedWidth;
        float* zeros = scores + (long)BlockRows * _paddedTokens;
        new Span<float>(zeros, LargestPanel).Clear();
        long packed = -1;
        for (long index = begin; index < end; index++)
        {
            (long part, long block) = Math.DivRem(index, Blocks);
            (long image, long head) = Math.DivRem(part, heads);
            if (part != packed) Pack(k.Of(image, head), v.Of(image, head), keys, values);
            packed = part;
            int first = (int)(queries * block / Blocks);
            int count = (int)(queries * (block + 1) / Blocks) - first;
            Rows asking = q.Of(image, head);
            Rows answers = y.Of(image, head);
            Answer(
                asking.At((long)first * asking.Stride), count, keys, values, zeros, scores, answers.At((long)first * answers.Stride));
        }
    }

    /// <summary>Keys in panels of tokens, values in panels of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(Rows ofKeys, Rows ofValues, float* keys, float* values)
    {
        for (int token = 0; token < tokens;)
        {
            int wide = Tiles.Width(Panels.KindOf(tokens - token, vectors));
            Packing.Transpose(
                ofKeys.First + (long)token * ofKeys.Stride, ofKeys.Stride, Math.Min(wide, tokens - token), width, keys + (long)token * width, wide);
            token += wide;
        }

        for (int column = 0; column < width;)
        {
            int wide = Tiles.Width(Panels.KindOf(width - column, vectors));
            Packing.Copy(ofValues.First + column, ofValues.Stride, tokens, Math.Min(wide, width - column), values + (long)column * tokens, wide);
            column += wide;
        }
    }

    private void Answer(Rows asking, int count, float* keys, float* values, float* zeros, float* scores, Rows answers)
    {
        var task = new ProductTile
        {
            Left = asking.First,
            RowStride = asking.Stride,
            Segments = 1,
            SegmentLength = width,
            OutputStride = _paddedTokens,
            Floor = float.NegativeInfinity,
        };
        for (int token = 0; token < tokens;)
        {
            TileKind kind = Panels.KindOf(tokens - token, vectors);
            int wide = Tiles.Width(kind);
            task.Output = scores + token;
            var panel = new Panel { Kind = kind, Columns = wide, Weights = keys + (long)token * width, Bias = zeros };
            ProductTile part = task;
            PanelProduct.Multiply(&panel, &part, count, Activation.None);
            token += wide;
        }

        float* inverses = stackalloc float[BlockRows];
        Softmax(scores, count, inverses);

        task.Left = scores;
        task.RowStride = _paddedTokens;
        task.SegmentLength = tokens;
        task.OutputStride = answers.Stride;
        for (int column = 0; column < width;)
        {
            TileKind kind = Panels.KindOf(width - column, vectors);
            int wide = Tiles.Width(kind);
            task.Output = answers.First + column;
            var panel = new Panel { Kind = kind, Columns = Math.Min(wide, width - column), Weights = values + (long)column * tokens, Bias = zeros };
            ProductTile part = task;
            PanelProduct.Multiply(&panel, &part, count, Activation.None);
            column += wide;
        }

        for (int row = 0; row < count; row++) Scale(answers.First + (long)row * answers.Stride, inverses[row], width);
    }

    /// <summary>Rows of scores become exp(scale · (score - largest)); what their sums are divided by is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Softmax(float* scores, int rows, float* inverses)
    {
        int padded = Lanes.RoundUp(tokens, Lanes.Count);
        Vector256<float> factor = Vector256.Create(scale);
        for (int row = 0; row < rows; row++, scores += _paddedTokens)
        {
            for (int j = tokens; j < padded; j++) scores[j] = float.NegativeInfinity;
            Vector256<float> largest = Vector256.Load(scores);
            for (int j = Lanes.Count; j < padded; j += Lanes.Count) largest = Vector256.MaxNative(Vector256.Load(scores + j), largest);
            Vector256<float> shift = Vector256.Create(-scale * Largest(largest));

            Vector256<float> sum = default;
            for (int j = 0; j < padded; j += Lanes.Count)
            {
                Vector256<float> exponential = Functions.Exp(Functions.MultiplyAdd(Vector256.Load(scores + j), factor, shift));
                sum += exponential;
                exponential.Store(scores + j);
            }

            inverses[row] = 1 / Vector256.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* y, float factor, int columns)
    {
        Vector256<float> factors = Vector256.Create(factor);
        for (int j = 0; j < columns; j += Lanes.Count) Lanes.Store(y + j, Lanes.Load(y + j, columns - j) * factors, columns - j);
    }

    private static float Largest(Vector256<float> values)
    {
        Vector128<float> four = Vector128.MaxNative(values.GetLower(), values.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }
}
