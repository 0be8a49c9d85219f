/* CASE(text, readings, queries that must find it, queries that must not); lists separated by
 * commas. Written by hand for this project, CC0. */
/* clang-format off */
CASE("张三", "zhang san",
     "zhang,zhang san,zhangs,zhangsan,zs",
     "sanzhang,xzhangsan,zsx")
CASE("李四", "li si",
     "li,li si,lis,lisi,ls",
     "lsx,sili,xlisi")
CASE("王小明", "wang xiao ming",
     "wang,wang xiao ming,wangx,wangxiaom,wangxiaoming,wangxm,wxm",
     "mingwang,wxmx,xwangxiaoming")
CASE("单雄信", "shan xiong xin",
     "shan,shan xiong xin,shanx,shanxiongx,shanxiongxin,shanxx,sxx",
     "sxxx,xinshan,xshanxiongxin")
CASE("解晓东", "xie xiao dong",
     "xie,xie xiao dong,xiex,xiexd,xiexiaod,xiexiaodong,xxd",
     "dongxie,xxdx,qxiexiaodong")
CASE("区志强", "ou zhi qiang",
     "ou,ou zhi qiang,ouz,ouzhiq,ouzhiqiang,ouzq,ozq",
     "ozqx,qiangou,xouzhiqiang")
CASE("尉迟恭", "yu chi gong",
     "ycg,yu,yu chi gong,yuc,yucg,yuchig,yuchigong",
     "gongyu,xyuchigong,ycgx")
CASE("覃小姐", "qin xiao jie",
     "qin,qin xiao jie,qinx,qinxiaoj,qinxiaojie,qinxj,qxj",
     "jieqin,qxjx,xqinxiaojie")
CASE("翟天临", "zhai tian lin",
     "zhai,zhai tian lin,zhait,zhaitianl,zhaitianlin,zhaitl,ztl",
     "linzhai,xzhaitianlin,ztlx")
CASE("缪斯", "miao si",
     "miao,miao si,miaos,miaosi,ms",
     "msx,simiao,xmiaosi")
CASE("乐毅", "yue yi",
     "yue,yue yi,yuey,yueyi,yy",
     "xyueyi,yiyue,yyx")
CASE("澹台灭明", "tan tai mie ming",
     "tan,tan tai mie ming,tant,tantaimiem,tantaimieming,tantmm,ttmm",
     "mingtan,ttmmx,xtantaimieming")
CASE("吕布", "lv bu",
     "lb,lubu,lv,lv bu,lvb,lvbu,lübu",
     "bulv,lbx,xlvbu")
CASE("吕秀才", "lv xiu cai",
     "luxiucai,lv,lv xiu cai,lvx,lvxc,lvxiuc,lvxiucai,lxc,lüxiucai",
     "cailv,lxcx,xlvxiucai")
CASE("陆游", "lu you",
     "lu,lu you,luy,luyou,ly",
     "lyx,xluyou,youlu")
CASE("冼星海", "xian xing hai",
     "xian,xian xing hai,xianx,xianxh,xianxingh,xianxinghai,xxh",
     "haixian,xxhx,qxianxinghai")
CASE("么春来", "yao chun lai",
     "yao,yao chun lai,yaoc,yaochunl,yaochunlai,yaocl,ycl",
     "laiyao,xyaochunlai,yclx")
CASE("种师道", "chong shi dao",
     "chong,chong shi dao,chongs,chongsd,chongshid,chongshidao,csd",
     "csdx,daochong,xchongshidao")
CASE("黑卫东", "he wei dong",
     "he,he wei dong,hew,hewd,heweid,heweidong,hwd",
     "donghe,hwdx,xheweidong")
CASE("重庆", "chong qing",
     "chong,chong qing,chongq,chongqing,cq",
     "cqx,qingchong,xchongqing")
CASE("银行行长", "yin hang hang zhang",
     "yhhz,yin,yin hang hang zhang,yinh,yinhanghangz,yinhanghangzhang,yinhhz",
     "xyinhanghangzhang,yhhzx,zhangyin")
CASE("长大", "zhang da",
     "zd,zhang,zhang da,zhangd,zhangda",
     "dazhang,xzhangda,zdx")
CASE("长城", "chang cheng",
     "cc,chang,chang cheng,changc,changcheng",
     "ccx,chengchang,xchangcheng")
CASE("解放军", "jie fang jun",
     "jfj,jie,jie fang jun,jief,jiefangj,jiefangjun,jiefj",
     "jfjx,junjie,qjiefangjun")
CASE("厦门", "xia men",
     "xia,xia men,xiam,xiamen,xm",
     "menxia,xmx,qxiamen")
CASE("大厦", "da sha",
     "da,da sha,das,dasha,ds",
     "dsx,shada,xdasha")
CASE("六安市", "lu an shi",
     "las,lu,lu an shi,lua,luans,luanshi,luas",
     "lasx,shilu,xluanshi")
CASE("蚌埠", "beng bu",
     "bb,beng,beng bu,bengb,bengbu",
     "bbx,bubeng,xbengbu")
CASE("乐清", "yue qing",
     "yq,yue,yue qing,yueq,yueqing",
     "qingyue,xyueqing,yqx")
CASE("吐鲁番", "tu lu fan",
     "tlf,tu,tu lu fan,tul,tulf,tuluf,tulufan",
     "fantu,tlfx,xtulufan")
CASE("女儿红", "nv er hong",
     "neh,nuerhong,nv,nv er hong,nve,nveh,nverh,nverhong,nüerhong",
     "hongnv,nehx,xnverhong")
CASE("曾经", "ceng jing",
     "ceng,ceng jing,cengj,cengjing,cj",
     "cjx,jingceng,xcengjing")
CASE("调查", "diao cha",
     "dc,diao,diao cha,diaoc,diaocha",
     "chadiao,dcx,xdiaocha")
CASE("参差", "cen ci",
     "cc,cen,cen ci,cenc,cenci",
     "ccx,cicen,xcenci")
CASE("数据", "shu ju",
     "shu,shu ju,shuj,shuju,sj",
     "jushu,sjx,xshuju")
CASE("归还", "gui huan",
     "gh,gui,gui huan,guih,guihuan",
     "ghx,huangui,xguihuan")
CASE("都江堰", "du jiang yan",
     "djy,du,du jiang yan,duj,dujiangy,dujiangyan,dujy",
     "djyx,xdujiangyan,yandu")
CASE("行业", "hang ye",
     "hang,hang ye,hangy,hangye,hy",
     "hyx,xhangye,yehang")
CASE("睡着", "shui zhao",
     "shui,shui zhao,shuiz,shuizhao,sz",
     "szx,xshuizhao,zhaoshui")
CASE("子弹", "zi dan",
     "zd,zi,zi dan,zid,zidan",
     "danzi,xzidan,zdx")
CASE("传记", "zhuan ji",
     "zhuan,zhuan ji,zhuanj,zhuanji,zj",
     "jizhuan,xzhuanji,zjx")
CASE("传说", "chuan shuo",
     "chuan,chuan shuo,chuans,chuanshuo,cs",
     "csx,shuochuan,xchuanshuo")
CASE("供給", "gong ji",
     "gj,gong,gong ji,gongj,gongji",
     "gjx,jigong,xgongji")
CASE("單小姐", "shan xiao jie",
     "shan,shan xiao jie,shanx,shanxiaoj,shanxiaojie,shanxj,sxj",
     "jieshan,sxjx,xshanxiaojie")
CASE("銀行", "yin hang",
     "yh,yin,yin hang,yinh,yinhang",
     "hangyin,xyinhang,yhx")
CASE("龔經理", "gong jing li",
     "gjl,gong,gong jing li,gongj,gongjingl,gongjingli,gongjl",
     "gjlx,ligong,xgongjingli")
CASE("张立亮", "zhang li liang",
     "zhangli,zhangliliang,zll,liliang",
     "zhangwei,weiliang,zwl")
CASE("沈柏", "shen bai",
     "shenbai,shenbo,sb",
     "tanbai,tb")
CASE("于长乐", "yu chang le",
     "yuchangle,yuzhangle,yuchangyue,ycl",
     "weichangle,xuchangle")
/* clang-format on */
