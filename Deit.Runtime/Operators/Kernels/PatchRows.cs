namespace Deit.Operators.Kernels;

/// <summary>Cuts images into patches: a row of patches at a time, a line of pixels in one piece.</summary>
internal readonly unsafe struct PatchRows(float* images, int channels, int height, int width, int size, float* patches) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        int down = height / size;
        int across = width / size;
        long ofPatch = (long)channels * size * size;
        for (long index = begin; index < end; index++)
        {
            (long image, long patchRow) = Math.DivRem(index, down);
            float* target = patches + index * across * ofPatch;
            for (int channel = 0; channel < channels; channel++)
            {
                float* plane = images + ((image * channels + channel) * height + patchRow * size) * width;
                for (int line = 0; line < size; line++)
                {
                    for (int patch = 0; patch < across; patch++)
                    {
                        new ReadOnlySpan<float>(plane + (long)line * width + patch * size, size)
                            .CopyTo(new(target + patch * ofPatch + (channel * size + line) * size, size));
                    }
                }
            }
        }
    }
}

/// <summary>Takes every n-th pixel of every n-th line, or puts pixels back there and zeros between them.</summary>
internal readonly unsafe struct StridedPixels(float* all, int height, int width, long columns, int stride, float* taken, bool isBackward) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        int length = (int)columns;
        int takenHeight = (height + stride - 1) / stride;
        int takenWidth = (width + stride - 1) / stride;
        for (long index = begin; index < end; index++)
        {
            (long image, long line) = Math.DivRem(index, height);
            bool isTaken = line % stride == 0;
            float* pixels = all + index * width * columns;
            if (isBackward) new Span<float>(pixels, width * length).Clear();
            if (!isTaken) continue;

            float* chosen = taken + (image * takenHeight + line / stride) * takenWidth * columns;
            for (int x = 0; x < takenWidth; x++)
            {
                var here = new Span<float>(pixels + (long)x * stride * columns, length);
                var there = new Span<float>(chosen + x * columns, length);
                if (isBackward) there.CopyTo(here);
                else here.CopyTo(there);
            }
        }
    }
}
