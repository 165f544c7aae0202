using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>
/// A student's images as a teacher of another resolution or normalisation sees them: taken back to colours, resized, normalised anew. The
/// colours are not cut off at black and white, where bicubic interpolation or mixing overshoots.
/// </summary>
/// <remarks>
/// They are resized as <c>torch.nn.functional.interpolate(mode="bicubic", antialias=True, align_corners=False)</c> does it, with the kernel
/// and the weights that images are resized with when they are read.
/// </remarks>
internal sealed class TeacherView
{
    private readonly float[]? _scale;
    private readonly float[] _shift;
    private readonly (int From, int To)? _size;

    private TeacherView(float[]? scale, float[] shift, (int From, int To)? size) => (_scale, _shift, _size) = (scale, shift, size);

    /// <summary>The view that makes one model's images of another's.</summary>
    /// <param name="student">How the student's images are normalised.</param>
    /// <param name="studentSize">Their height and width.</param>
    /// <param name="teacher">How the teacher's images are normalised.</param>
    /// <param name="teacherSize">Their height and width.</param>
    /// <returns>Null where both see the same.</returns>
    public static TeacherView? Between(Preprocessing student, int studentSize, Preprocessing teacher, int teacherSize)
    {
        bool normalizesAlike = student.Mean.SequenceEqual(teacher.Mean) && student.Std.SequenceEqual(teacher.Std);
        if (normalizesAlike && studentSize == teacherSize) return null;

        // (x * std + mean - mean') / std' in one step. The weights of a resize add up to 1, so that it does not matter which comes first.
        int[] channels = [.. Enumerable.Range(0, student.Mean.Length)];
        float[] scale = [.. channels.Select(channel => (float)(student.Std[channel] / teacher.Std[channel]))];
        float[] shift = [.. channels.Select(channel => (float)((student.Mean[channel] - teacher.Mean[channel]) / teacher.Std[channel]))];
        return new(normalizesAlike ? null : scale, shift, studentSize == teacherSize ? null : (studentSize, teacherSize));
    }

    /// <summary>The teacher's images.</summary>
    /// <param name="images">The student's, shape (batch, channels, height, width); left as they are.</param>
    /// <returns>Shape (batch, channels, height, width) of the teacher's size; nothing of it is recorded for autograd.</returns>
    public Tensor Of(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor seen = images;
        if (_scale is not null) seen = (seen * PerChannel(_scale, images)).add_(PerChannel(_shift, images));
        if (_size is { } size)
        {
            Tensor weights = Weights(size.From, size.To).to(images.dtype).to(images.device);
            seen = weights.matmul(seen).matmul(weights.t());
        }

        return seen.MoveToOuterDisposeScope();
    }

    private static Tensor PerChannel(float[] values, Tensor images) =>
        tensor(values, device: CPU).to(images.dtype).to(images.device).view(1, values.Length, 1, 1);

    /// <summary>The weights of a resize along an axis, shape (to, from).</summary>
    private static Tensor Weights(int from, int to)
    {
        var weights = ResamplingWeights.Compute(ResamplingFilter.Bicubic, ResamplingAxis.Whole(from, to));
        var matrix = new float[to, from];
        for (int output = 0; output < to; output++)
        {
            ReadOnlySpan<int> row = weights.Weights(output);
            for (int i = 0; i < row.Length; i++) matrix[output, weights.First(output) + i] = row[i] / (float)(1 << ResamplingWeights.FractionBits);
        }

        return tensor(matrix, device: CPU);
    }
}
