using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>
/// Attention of one head over the tokens of one image: y = P V with P = softmax(Q Kᵀ / sqrt(d)). Everything that it touches twice fits into
/// the cache of a core. Where probabilities are the rows of the caller's matrix, they have zeros up to a multiple of 16.
/// </summary>
/// <param name="queries">How many tokens ask.</param>
/// <param name="tokens">How many answer.</param>
/// <param name="width">Columns of the head, d.</param>
/// <param name="recomputes">
/// Whether backward makes the probabilities again (Dao et al., arXiv 2205.14135, section 3.1): of a row, what is subtracted from its scores and the
/// reciprocal of its sum are kept in place of them. Both give the same bits.
/// </param>
internal readonly unsafe struct AttentionHead(int queries, int tokens, int width, bool recomputes = false)
{
    private readonly int _paddedTokens = Lanes.RoundUp(tokens, SmallProduct.TileColumns);
    private readonly int _paddedWidth = Lanes.RoundUp(width, SmallProduct.TileColumns);
    private readonly float _scale = 1 / MathF.Sqrt(width);

    /// <summary>The forward pass.</summary>
    /// <param name="q">Queries x width.</param>
    /// <param name="k">Tokens x width.</param>
    /// <param name="v">Tokens x width.</param>
    /// <param name="y">Queries x width, written.</param>
    /// <param name="kept">Queries x tokens, the probabilities; the stride is the padded number of tokens, or the number itself. Queries x 2 where they are recomputed.</param>
    public void Forward(Rows q, Rows k, Rows v, Rows y, Rows kept)
    {
        bool isPadded = !recomputes && kept.Stride == _paddedTokens;
        float* keys = Scratch.OfPart((long)width * _paddedTokens + (long)tokens * _paddedWidth + (isPadded ? 0 : (long)queries * _paddedTokens));
        float* values = keys + (long)width * _paddedTokens;
        float* scores = isPadded ? kept.First : values + (long)tokens * _paddedWidth;
        Packing.Transpose(k.First, k.Stride, tokens, width, keys, _paddedTokens);
        Packing.Copy(v.First, v.Stride, tokens, width, values, _paddedWidth);

        SmallProduct.Multiply(queries, _paddedTokens, width, Strided.Of(q.First, q.Stride), keys, _paddedTokens, scores, _paddedTokens);
        Softmax(scores, recomputes ? kept.First : null);
        SmallProduct.Multiply(queries, width, tokens, Strided.Of(scores, _paddedTokens), values, _paddedWidth, y.First, y.Stride);
        if (!isPadded && !recomputes) Packing.Copy(scores, _paddedTokens, queries, tokens, kept.First, kept.Stride);
    }

    /// <summary>The gradients.</summary>
    /// <param name="q">Queries x width.</param>
    /// <param name="k">Tokens x width.</param>
    /// <param name="v">Tokens x width.</param>
    /// <param name="kept">From forward.</param>
    /// <param name="dy">Queries x width.</param>
    /// <param name="dq">Queries x width, written.</param>
    /// <param name="dk">Tokens x width, written.</param>
    /// <param name="dv">Tokens x width, written.</param>
    public void Backward(Rows q, Rows k, Rows v, Rows kept, Rows dy, Rows dq, Rows dk, Rows dv)
    {
        bool isPadded = !recomputes && kept.Stride == _paddedTokens;
        long scoresCount = (long)queries * _paddedTokens;
        float* values = Scratch.OfPart(
            (long)width * _paddedTokens + (long)(tokens + 2 * queries) * _paddedWidth + scoresCount * (isPadded ? 1 : 2));
        float* keys = values + (long)width * _paddedTokens;
        float* gradient = keys + (long)tokens * _paddedWidth;
        float* asked = gradient + (long)queries * _paddedWidth;
        float* ofScores = asked + (long)queries * _paddedWidth;
        float* weights = isPadded ? kept.First : ofScores + scoresCount;
        if (recomputes)
        {
            // The values' place takes the keys first.
            Packing.Transpose(k.First, k.Stride, tokens, width, values, _paddedTokens);
            SmallProduct.Multiply(queries, _paddedTokens, width, Strided.Of(q.First, q.Stride), values, _paddedTokens, weights, _paddedTokens);
            SoftmaxAgain(weights, kept.First);
        }
        else if (!isPadded)
        {
            Packing.Copy(kept.First, kept.Stride, queries, tokens, weights, _paddedTokens);
        }

        Packing.Transpose(v.First, v.Stride, tokens, width, values, _paddedTokens);
        Packing.Copy(k.First, k.Stride, tokens, width, keys, _paddedWidth);
        Packing.Copy(q.First, q.Stride, queries, width, asked, _paddedWidth);
        Packing.Copy(dy.First, dy.Stride, queries, width, gradient, _paddedWidth);

        // dV = Pᵀ dY; dP = dY Vᵀ; dS by the softmax; dQ = dS K; dK = dSᵀ Q.
        Strided probability = Strided.Of(weights, _paddedTokens);
        Strided score = Strided.Of(ofScores, _paddedTokens);
        SmallProduct.Multiply(tokens, width, queries, probability.Transposed, gradient, _paddedWidth, dv.First, dv.Stride);
        SmallProduct.Multiply(queries, _paddedTokens, width, Strided.Of(gradient, _paddedWidth), values, _paddedTokens, ofScores, _paddedTokens);
        SoftmaxGradient(weights, ofScores);
        SmallProduct.Multiply(queries, width, tokens, score, keys, _paddedWidth, dq.First, dq.Stride);
        SmallProduct.Multiply(tokens, width, queries, score.Transposed, asked, _paddedWidth, dk.First, dk.Stride);
    }

    /// <summary>Rows of scores become softmax(scale · scores), with zeros after the last token; where they are wanted, the two statistics of each are noted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Softmax(float* scores, float* statistics)
    {
        Vector256<float> factor = Vector256.Create(_scale);
        for (int row = 0; row < queries; row++)
        {
            float* values = scores + (long)row * _paddedTokens;
            for (int j = tokens; j < _paddedTokens; j++) values[j] = float.NegativeInfinity;

            Vector256<float> largest = Vector256.Load(values);
            for (int j = Lanes.Count; j < _paddedTokens; j += Lanes.Count) largest = Vector256.MaxNative(Vector256.Load(values + j), largest);
            Vector256<float> shift = Vector256.Create(-_scale * Largest(largest));

            Vector256<float> sum = default;
            for (int j = 0; j < _paddedTokens; j += Lanes.Count)
            {
                Vector256<float> exponential = Functions.Exp(Functions.MultiplyAdd(Vector256.Load(values + j), factor, shift));
                sum += exponential;
                exponential.Store(values + j);
            }

            Vector256<float> inverse = Vector256.Create(1 / Vector256.Sum(sum));
            for (int j = 0; j < _paddedTokens; j += Lanes.Count) (Vector256.Load(values + j) * inverse).Store(values + j);
            if (statistics == null) continue;

            statistics[2 * row] = shift[0];
            statistics[2 * row + 1] = inverse[0];
        }
    }

    /// <summary>The same from the statistics.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SoftmaxAgain(float* scores, float* statistics)
    {
        Vector256<float> factor = Vector256.Create(_scale);
        for (int row = 0; row < queries; row++)
        {
            float* values = scores + (long)row * _paddedTokens;
            for (int j = tokens; j < _paddedTokens; j++) values[j] = float.NegativeInfinity;

            Vector256<float> shift = Vector256.Create(statistics[2 * row]);
            Vector256<float> inverse = Vector256.Create(statistics[2 * row + 1]);
            for (int j = 0; j < _paddedTokens; j += Lanes.Count)
            {
                (Functions.Exp(Functions.MultiplyAdd(Vector256.Load(values + j), factor, shift)) * inverse).Store(values + j);
            }
        }
    }

    /// <summary>Rows of dP become scale · P (dP - sum(P dP)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SoftmaxGradient(float* weights, float* gradients)
    {
        Vector256<float> factor = Vector256.Create(_scale);
        for (int row = 0; row < queries; row++)
        {
            float* weight = weights + (long)row * _paddedTokens;
            float* gradient = gradients + (long)row * _paddedTokens;
            Vector256<float> along = default;
            for (int j = 0; j < _paddedTokens; j += Lanes.Count)
            {
                along = Functions.MultiplyAdd(Vector256.Load(weight + j), Vector256.Load(gradient + j), along);
            }

            Vector256<float> mean = Vector256.Create(Vector256.Sum(along));
            for (int j = 0; j < _paddedTokens; j += Lanes.Count)
            {
                (Vector256.Load(weight + j) * factor * (Vector256.Load(gradient + j) - mean)).Store(gradient + j);
            }
        }
    }

    private static float Largest(Vector256<float> values)
    {
        float largest = values[0];
        for (int lane = 1; lane < Lanes.Count; lane++) largest = MathF.Max(largest, values[lane]);
        return largest;
    }
}

/// <summary>Rows inside a matrix: those of an image, the columns of a head.</summary>
/// <param name="first">The first element of the first.</param>
/// <param name="stride">Floats from one to the next.</param>
internal readonly unsafe struct Rows(float* first, int stride)
{
    /// <summary>The first element of the first row.</summary>
    public float* First { get; } = first;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; } = stride;

    /// <summary>The same rows from another place on.</summary>
    public Rows At(long offset) => new(First + offset, Stride);
}
