// The functions of libav that the program calls, each as a jump to where it is once that is known.
// Until then the jump leads to `.Lload`, which has libav_on_demand.cc find it and goes on as the caller
// meant. In this way the linker needs no libav, and the program starts without it
// (libav_on_demand.cc says why).
//
// A function that is called and is not in the list below is no error of the linker: it then takes its
// library as it always would. cli_program_test tells which one that is.
//
// x86-64, System V: arguments are in six general and eight vector registers, %rax has the number of
// the latter for a variable list, %r10 and %r11 are free between caller and function.

  .macro function library, name
  .text
  .globl \name
  .type \name, @function
\name:
  jmp *.Laddress_\name(%rip)
.Lfirst_\name:
  lea .Laddress_\name(%rip), %r11
  jmp .Lload
  .size \name, . - \name
  .section .rodata.str1.1, "aMS", @progbits, 1
.Lname_\name:
  .asciz "\name"
  .section .data.hyperlocal_libav, "aw", @progbits
.Laddress_\name:
  .quad .Lfirst_\name
  .quad .Lname_\name
  .quad \library
  .endm

// struct FunctionOnDemand of libav_on_demand.cc, one after the other.
  .section .data.hyperlocal_libav, "aw", @progbits
  .balign 8
  .globl hyperlocal_libav_functions
  .hidden hyperlocal_libav_functions
hyperlocal_libav_functions:

  .text
  .balign 16
  .type .Lload, @function
.Lload:
  push %rbp
  mov %rsp, %rbp
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %r8
  push %r9
  push %rax
  sub $8, %rsp  // a call wants %rsp to be a multiple of 16
  sub $128, %rsp
  movups %xmm0, (%rsp)
  movups %xmm1, 16(%rsp)
  movups %xmm2, 32(%rsp)
  movups %xmm3, 48(%rsp)
  movups %xmm4, 64(%rsp)
  movups %xmm5, 80(%rsp)
  movups %xmm6, 96(%rsp)
  movups %xmm7, 112(%rsp)
  mov %r11, %rdi
  call hyperlocal_libav_find
  mov %rax, %r11
  movups (%rsp), %xmm0
  movups 16(%rsp), %xmm1
  movups 32(%rsp), %xmm2
  movups 48(%rsp), %xmm3
  movups 64(%rsp), %xmm4
  movups 80(%rsp), %xmm5
  movups 96(%rsp), %xmm6
  movups 112(%rsp), %xmm7
  add $136, %rsp
  pop %rax
  pop %r9
  pop %r8
  pop %rcx
  pop %rdx
  pop %rsi
  pop %rdi
  pop %rbp
  jmp *%r11
  .size .Lload, . - .Lload

// The order of kLibraries in libav_on_demand.cc.
  .set avutil, 0
  .set avcodec, 1
  .set avformat, 2
  .set swresample, 3
  .set swscale, 4
  .set avfilter, 5

  function avutil, av_audio_fifo_alloc
  function avutil, av_audio_fifo_free
  function avutil, av_audio_fifo_read
  function avutil, av_audio_fifo_size
  function avutil, av_audio_fifo_write
  function avutil, av_channel_layout_copy
  function avutil, av_channel_layout_default
  function avutil, av_channel_layout_uninit
  function avutil, av_color_primaries_name
  function avutil, av_color_range_name
  function avutil, av_color_space_name
  function avutil, av_color_transfer_name
  function avutil, av_compare_ts
  function avutil, av_dict_free
  function avutil, av_dict_get
  function avutil, av_dict_set
  function avutil, av_frame_alloc
  function avutil, av_frame_clone
  function avutil, av_frame_copy_props
  function avutil, av_frame_free
  function avutil, av_frame_get_buffer
  function avutil, av_frame_make_writable
  function avutil, av_frame_unref
  function avutil, av_free
  function avutil, av_freep
  function avutil, av_get_pix_fmt_name
  function avutil, av_log_format_line2
  function avutil, av_log_set_callback
  function avutil, av_malloc
  function avutil, av_opt_set
  function avutil, av_pix_fmt_desc_get
  function avutil, av_read_image_line2
  function avutil, av_rescale
  function avutil, av_rescale_q
  function avutil, av_samples_set_silence
  function avutil, av_strdup
  function avutil, av_strerror
  function avutil, av_version_info

  function avcodec, av_bsf_alloc
  function avcodec, av_bsf_free
  function avcodec, av_bsf_get_by_name
  function avcodec, av_bsf_init
  function avcodec, av_bsf_receive_packet
  function avcodec, av_bsf_send_packet
  function avcodec, av_new_packet
  function avcodec, av_packet_alloc
  function avcodec, av_packet_free
  function avcodec, av_packet_move_ref
  function avcodec, av_packet_new_side_data
  function avcodec, av_packet_rescale_ts
  function avcodec, av_packet_unref
  function avcodec, avcodec_alloc_context3
  function avcodec, avcodec_find_decoder
  function avcodec, avcodec_find_decoder_by_name
  function avcodec, avcodec_find_encoder
  function avcodec, avcodec_find_encoder_by_name
  function avcodec, avcodec_flush_buffers
  function avcodec, avcodec_free_context
  function avcodec, avcodec_get_name
  function avcodec, avcodec_open2
  function avcodec, avcodec_parameters_alloc
  function avcodec, avcodec_parameters_copy
  function avcodec, avcodec_parameters_free
  function avcodec, avcodec_parameters_from_context
  function avcodec, avcodec_parameters_to_context
  function avcodec, avcodec_receive_frame
  function avcodec, avcodec_receive_packet
  function avcodec, avcodec_send_frame
  function avcodec, avcodec_send_packet

  function avformat, av_find_best_stream
  function avformat, av_find_input_format
  function avformat, av_guess_sample_aspect_ratio
  function avformat, av_read_frame
  function avformat, av_stream_get_side_data
  function avformat, av_write_frame
  function avformat, av_write_trailer
  function avformat, avformat_alloc_output_context2
  function avformat, avformat_close_input
  function avformat, avformat_find_stream_info
  function avformat, avformat_free_context
  function avformat, avformat_new_stream
  function avformat, avformat_open_input
  function avformat, avformat_seek_file
  function avformat, avformat_write_header
  function avformat, avio_alloc_context
  function avformat, avio_context_free
  function avformat, avio_flush

  function swresample, swr_alloc_set_opts2
  function swresample, swr_convert
  function swresample, swr_free
  function swresample, swr_get_out_samples
  function swresample, swr_init

  function swscale, sws_freeContext
  function swscale, sws_getCachedContext
  function swscale, sws_getCoefficients
  function swscale, sws_getContext
  function swscale, sws_scale
  function swscale, sws_setColorspaceDetails

  function avfilter, av_buffersink_get_frame
  function avfilter, av_buffersrc_add_frame
  function avfilter, avfilter_get_by_name
  function avfilter, avfilter_graph_alloc
  function avfilter, avfilter_graph_config
  function avfilter, avfilter_graph_create_filter
  function avfilter, avfilter_graph_free
  function avfilter, avfilter_graph_parse_ptr
  function avfilter, avfilter_inout_alloc
  function avfilter, avfilter_inout_free

  .section .data.hyperlocal_libav, "aw", @progbits
  .globl hyperlocal_libav_functions_end
  .hidden hyperlocal_libav_functions_end
hyperlocal_libav_functions_end:

  .section .note.GNU-stack, "", @progbits
